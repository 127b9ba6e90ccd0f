import Database
import Domain

extension SQLiteJobQueue {
    func finish(
        _ id: TaskID, worker: String, duration: Double?, callback: NewCallback?, now: Timestamp,
        publish: () throws -> Void
    ) throws -> Bool {
        try database.writeUntyped { connection in
            guard try held(id, by: worker, connection) != nil else { return false }
            try publish()
            try connection.prepared(Self.complete).run([
                .text(id.value), .integer(now.milliseconds), .real(duration),
            ])
            if let callback { try SQLiteCallbackOutbox.store(callback, of: id, connection, now) }
            return true
        }
    }

    func fail(
        _ id: TaskID, worker: String, failure: JobFailure, isCrash: Bool, retryAt: Timestamp?,
        callback: NewCallback?, now: Timestamp
    ) throws(DatabaseError) -> FailOutcome {
        try database.write { (connection) throws(DatabaseError) in
            guard let job = try held(id, by: worker, connection) else { return .lost }
            let crashes = isCrash ? try countCrash(id, connection) : 0
            let mayRetry = job.attempts < QueueRules.maxAttempts && crashes < QueueRules.maxCrashes
            guard
                let end = try returnOrEnd(
                    job, connection, retryAt: mayRetry ? retryAt : nil, because: failure, now: now)
            else { return .willRetry }
            if let callback, end.status == .failed {
                try SQLiteCallbackOutbox.store(callback, of: id, connection, now)
            }
            return .ended(end)
        }
    }

    /// Ends an attempt without a result: the job waits again from `retryAt`, or is superseded where a newer
    /// one of its location waits, or fails. Returns it if it ended.
    func returnOrEnd(
        _ job: Job, _ connection: Connection, retryAt: Timestamp?, because failure: JobFailure?,
        now: Timestamp
    ) throws(DatabaseError) -> Job? {
        let isReplaced =
            try connection.prepared(Self.newerWaits)
            .first([.text(job.location.description)]) { (row) in true } ?? false
        let time = Value.integer(now.milliseconds)
        if let retryAt, !isReplaced {
            let notBefore = retryAt <= now ? 0 : retryAt.milliseconds
            try connection.prepared(Self.requeue).run([
                .text(job.id.value), .integer(notBefore), time, .text(failure?.code), .text(failure?.message),
            ])
            return nil
        }
        let status = isReplaced ? JobStatus.superseded : .failed
        let reason = isReplaced ? JobFailure.superseded : failure ?? .converterCrashed
        return try connection.prepared(Self.end).first(
            [.text(job.id.value), time, .text(status.rawValue)] + reason.values, Job.init(row:))
    }

    static let newerWaits = "SELECT 1 FROM job WHERE rel = ?1 AND status = 'queued'"

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
