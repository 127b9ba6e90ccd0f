import Database
import Domain

extension SQLiteJobQueue {
    func heartbeat(
        _ id: TaskID, worker: String, progress: Double, lease: Duration, now: Timestamp
    ) throws(DatabaseError) -> Bool {
        try database.write { (connection) throws(DatabaseError) in
            try connection.prepared(Self.renew).run([
                .text(id.value), .text(worker), .real(min(max(progress, 0), 1)),
                .integer(now.adding(lease).milliseconds), .integer(now.milliseconds),
            ])
            return connection.changes == 1
        }
    }

    func describe(
        _ id: TaskID, worker: String, duration: Double?, plan: String?, codecs: String?, size: PictureSize?,
        now: Timestamp
    ) throws(DatabaseError) -> Bool {
        try database.write { (connection) throws(DatabaseError) in
            try connection.prepared(Self.note).run([
                .text(id.value), .text(worker), .real(duration), .text(plan), .integer(now.milliseconds),
                .text(codecs), .integer(size?.width), .integer(size?.height),
            ])
            return connection.changes == 1
        }
    }

    func note(
        _ id: TaskID, worker: String, renditions: [RenditionProgress], now: Timestamp
    ) throws(DatabaseError) -> Bool {
        try database.write { (connection) throws(DatabaseError) in
            try connection.prepared(Self.noteRenditions).run([
                .text(id.value), .text(worker), .text(RenditionProgress.text(renditions)),
                .integer(now.milliseconds),
            ])
            return connection.changes == 1
        }
    }

    func release(
        _ id: TaskID, worker: String, retryAt: Timestamp, because reason: JobFailure?, now: Timestamp
    ) throws(DatabaseError) -> Job? {
        try database.write { (connection) throws(DatabaseError) in
            guard let job = try held(id, by: worker, connection) else { return nil }
            try connection.prepared(Self.uncountAttempt).run([.text(id.value)])
            let end = QueueRules.afterRelease(
                retryAt: retryAt, isReplaced: try isReplaced(job, connection))
            return try bring(job, to: end, connection, because: reason, now: now)
        }
    }

    func postpone(
        until retryAt: Timestamp, because reason: JobFailure, now: Timestamp, ended: (Job) -> NewCallback?
    ) throws(DatabaseError) -> Int {
        // An idle worker asks often, and a question must not cost a write transaction.
        guard try hasWork(now: now) else { return 0 }
        return try database.write { (connection) throws(DatabaseError) in
            try takeFromTheDead(connection, now: now, ended: ended)
            try connection.prepared(Self.endPauses).run([.integer(now.milliseconds)])
            try connection.prepared(Self.beginPauses).run(
                [.integer(retryAt.milliseconds), .integer(now.milliseconds)] + reason.values)
            return connection.changes
        }
    }

    func endLeases(now: Timestamp, unless isAlive: (String) -> Bool) throws(DatabaseError) {
        let holders = try database.read { (connection) throws(DatabaseError) in
            try connection.prepared(Self.holders).all([.integer(now.milliseconds)]) { (row) in row.text(0) }
        }
        let dead = Set(holders).filter { !isAlive($0) }
        // An idle worker asks often, and a question must not cost a write transaction.
        guard !dead.isEmpty else { return }
        try database.write { (connection) throws(DatabaseError) in
            for worker in dead {
                try connection.prepared(Self.endLease).run([.text(worker), .integer(now.milliseconds)])
            }
        }
    }

    /// The job, if `worker` holds it.
    func held(_ id: TaskID, by worker: String, _ connection: Connection) throws(DatabaseError) -> Job? {
        try connection.prepared(Self.heldBy).first([.text(id.value), .text(worker)], Job.init(row:))
    }

    static let heldBy = """
        SELECT \(Job.columns) FROM job WHERE id = ?1 AND worker = ?2 AND status = 'processing'
        """

    static let renew = """
        UPDATE job SET progress = MAX(progress, ?3), lease_until = ?4, updated_at = ?5
        WHERE id = ?1 AND worker = ?2 AND status = 'processing'
        """

    static let holders = """
        SELECT worker FROM job INDEXED BY job_lease WHERE status = 'processing' AND lease_until > ?1
        """

    static let endLease = """
        UPDATE job INDEXED BY job_lease SET lease_until = ?2
        WHERE worker = ?1 AND status = 'processing' AND lease_until > ?2
        """

    private static let note = """
        UPDATE job SET duration = IFNULL(?3, duration), plan = IFNULL(?4, plan), updated_at = ?5,
            codecs = IFNULL(?6, codecs), width = IFNULL(?7, width), height = IFNULL(?8, height)
        WHERE id = ?1 AND worker = ?2 AND status = 'processing'
        """

    private static let noteRenditions = """
        UPDATE job SET renditions = ?3, updated_at = ?4
        WHERE id = ?1 AND worker = ?2 AND status = 'processing'
        """

    static let beginPauses = """
        UPDATE job INDEXED BY job_runnable SET not_before = ?1, updated_at = ?2, error_code = ?3, error_message = ?4
        WHERE status = 'queued' AND not_before = 0
        """

    private static let uncountAttempt = "UPDATE job SET attempts = attempts - 1 WHERE id = ?1"
}
