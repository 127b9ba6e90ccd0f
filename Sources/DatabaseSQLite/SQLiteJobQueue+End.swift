import Database
import Domain

extension SQLiteJobQueue {
    func finish(
        _ id: TaskID, worker: String, duration: Double?, callback: NewCallback?, followedBy next: NewJob?,
        now: Timestamp, publish: () throws -> Void
    ) throws -> Bool {
        try database.writeUntyped { connection in
            guard let job = try held(id, by: worker, connection) else { return false }
            try publish()
            try connection.prepared(Self.complete).run([
                .text(id.value), .integer(now.milliseconds), .real(duration),
            ])
            if let callback { try SQLiteCallbackOutbox.store(callback, of: id, connection, now) }
            if job.kind == .conversion {
                try connection.prepared(Self.supersedeRenditions).run(
                    [.text(job.location.description), .integer(now.milliseconds)]
                        + JobFailure.superseded.values)
            }
            if let next { try connection.prepared(Self.insert).run(Self.values(of: next, now)) }
            return true
        }
    }

    func fail(
        _ id: TaskID, worker: String, failure: JobFailure, _ kind: AttemptFailure, callback: NewCallback?,
        now: Timestamp
    ) throws(DatabaseError) -> FailOutcome {
        try database.write { (connection) throws(DatabaseError) in
            guard let job = try held(id, by: worker, connection) else { return .lost }
            guard let end = try fail(job, connection, kind, because: failure, now: now) else {
                return .willRetry
            }
            if let callback, end.status == .failed {
                try SQLiteCallbackOutbox.store(callback, of: id, connection, now)
            }
            return .ended(end)
        }
    }

    /// Ends an attempt that failed, by the rules of the queue. Returns the job if it ended.
    func fail(
        _ job: Job, _ connection: Connection, _ kind: AttemptFailure, because failure: JobFailure,
        now: Timestamp
    ) throws(DatabaseError) -> Job? {
        let crashes = kind.isCrash ? try countCrash(job.id, connection) : 0
        let end = QueueRules.after(
            kind, attempts: job.attempts, crashes: crashes, isReplaced: try isReplaced(job, connection),
            now: now)
        return try bring(job, to: end, connection, because: failure, now: now)
    }

    /// Brings a job to where its attempt leaves it. Returns it if it ended.
    func bring(
        _ job: Job, to end: JobEnd, _ connection: Connection, because failure: JobFailure?, now: Timestamp
    ) throws(DatabaseError) -> Job? {
        let time = Value.integer(now.milliseconds)
        switch end {
        case .again(let retryAt):
            let notBefore = retryAt <= now ? 0 : retryAt.milliseconds
            try connection.prepared(Self.requeue).run([
                .text(job.id.value), .integer(notBefore), time, .text(failure?.code), .text(failure?.message),
            ])
            return nil
        case .failed:
            return try self.end(job, .failed, because: failure ?? .converterCrashed, time, connection)
        case .superseded: return try self.end(job, .superseded, because: .superseded, time, connection)
        }
    }

    /// Whether a newer job of its location waits.
    func isReplaced(_ job: Job, _ connection: Connection) throws(DatabaseError) -> Bool {
        let values: [Value] = [.text(job.location.description), .text(job.kind.rawValue)]
        return try connection.prepared(Self.newerWaits).first(values) { (row) in true } ?? false
    }

    private func end(
        _ job: Job, _ status: JobStatus, because reason: JobFailure, _ time: Value, _ connection: Connection
    ) throws(DatabaseError) -> Job? {
        try connection.prepared(Self.end).first(
            [.text(job.id.value), time, .text(status.rawValue)] + reason.values, Job.init(row:))
    }

    static let newerWaits = "SELECT 1 FROM job WHERE rel = ?1 AND kind = ?2 AND status = 'queued'"

    /// Ends what makes renditions of a lesson that has just been replaced.
    static let supersedeRenditions = """
        UPDATE job SET status = 'superseded', updated_at = ?2, ended_at = ?2, worker = NULL,
            lease_until = NULL, error_code = ?3, error_message = ?4
        WHERE rel = ?1 AND kind = 'renditions' AND status IN ('queued', 'processing')
        """

    private static let complete = """
        UPDATE job SET status = 'completed', progress = 1, updated_at = ?2, ended_at = ?2,
            duration = IFNULL(?3, duration), worker = NULL, lease_until = NULL, error_code = NULL,
            error_message = NULL
        WHERE id = ?1
        """

    private static let requeue = """
        UPDATE job SET status = 'queued', not_before = ?2, updated_at = ?3, worker = NULL, lease_until = NULL,
            error_code = ?4, error_message = ?5
        WHERE id = ?1
        """

    private static let end = """
        UPDATE job SET status = ?3, updated_at = ?2, ended_at = ?2, worker = NULL, lease_until = NULL,
            error_code = ?4, error_message = ?5
        WHERE id = ?1 RETURNING \(Job.columns)
        """
}
