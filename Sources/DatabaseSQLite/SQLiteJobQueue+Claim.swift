import Database
import Domain

extension SQLiteJobQueue {
    func claim(
        worker: String, lease: Duration, now: Timestamp, ended: (Job) -> NewCallback?
    ) throws(DatabaseError) -> Job? {
        // An idle worker asks often, and a question must not cost a write transaction.
        guard try hasWork(now: now) else { return nil }
        return try database.write { (connection) throws(DatabaseError) in
            try takeFromTheDead(connection, now: now, ended: ended)
            try connection.prepared(Self.endPauses).run([.integer(now.milliseconds)])
            let until = now.adding(lease).milliseconds
            let values: [Value] = [.text(worker), .integer(until), .integer(now.milliseconds)]
            var job = try connection.prepared(Self.take).first(values, Job.init(row:))
            if job == nil, try !Self.conversionWaits(connection) {
                job = try connection.prepared(Self.takeRenditions).first(values, Job.init(row:))
            }
            if let job {
                try connection.prepared(Self.advanceClock).run([
                    .text(job.id.value), .text(job.kind.rawValue),
                ])
            }
            return job
        }
    }

    func nextWake() throws(DatabaseError) -> Timestamp? {
        try database.read { (connection) throws(DatabaseError) in
            let next = try connection.prepared(Self.soonest).first { (row) in row.optionalInteger(0) }
            return (next ?? nil).map { Timestamp(milliseconds: Int64($0)) }
        }
    }

    func conversionWaits() throws(DatabaseError) -> Bool {
        try database.read(Self.conversionWaits)
    }

    private static func conversionWaits(_ connection: Connection) throws(DatabaseError) -> Bool {
        try connection.prepared(waitingConversion)
            .first([.text(JobFailure.insufficientStorage.code)]) { (row) in true } ?? false
    }

    func hasWork(now: Timestamp) throws(DatabaseError) -> Bool {
        try database.read { (connection) throws(DatabaseError) in
            try connection.prepared(Self.anyWork).first([.integer(now.milliseconds)]) { (row) in true }
                ?? false
        }
    }

    func takeFromTheDead(
        _ connection: Connection, now: Timestamp, ended: (Job) -> NewCallback?
    ) throws(DatabaseError) {
        let time = Value.integer(now.milliseconds)
        for job in try connection.prepared(Self.expired).all([time], Job.init(row:)) {
            let end = try fail(job, connection, .workerDied, because: .converterCrashed, now: now)
            if let end, let callback = ended(end) {
                try SQLiteCallbackOutbox.store(callback, of: job.id, connection, now)
            }
        }
    }

    /// Counts one crash more; answers how many there have been.
    func countCrash(_ id: TaskID, _ connection: Connection) throws(DatabaseError) -> Int {
        try connection.prepared(Self.oneMoreCrash).first([.text(id.value)]) { (row) in row.integer(0) } ?? 0
    }

    static let anyWork = """
        SELECT 1 WHERE EXISTS (SELECT 1 FROM job INDEXED BY job_runnable
            WHERE status = 'queued' AND not_before = 0)
            OR EXISTS (SELECT 1 FROM job INDEXED BY job_back_off
                WHERE status = 'queued' AND not_before > 0 AND not_before <= ?1)
            OR EXISTS (SELECT 1 FROM job INDEXED BY job_lease
                WHERE status = 'processing' AND lease_until <= ?1)
        """

    static let expired = """
        SELECT \(Job.columns) FROM job INDEXED BY job_lease
        WHERE status = 'processing' AND lease_until <= ?1
        """

    private static let oneMoreCrash = "UPDATE job SET crashes = crashes + 1 WHERE id = ?1 RETURNING crashes"

    static let endPauses = """
        UPDATE job INDEXED BY job_back_off SET not_before = 0
        WHERE status = 'queued' AND not_before > 0 AND not_before <= ?1
        """

    /// The index is named, because the planner, which knows no numbers of rows, would rather sort all that
    /// wait. The waiting rows whose location runs are skipped one by one: there are no more of them than
    /// workers.
    static let take = takeNext("conversion")

    static let takeRenditions = takeNext("renditions")

    /// A job that makes renditions is not begun for a lesson that is about to be replaced.
    private static func takeNext(_ kind: String) -> String {
        """
        UPDATE job SET status = 'processing', worker = ?1, lease_until = ?2, updated_at = ?3,
            attempts = attempts + 1, progress = 0, error_code = NULL, error_message = NULL
        WHERE seq = (
            SELECT seq FROM job AS waiting INDEXED BY job_runnable
            WHERE kind = '\(kind)' AND status = 'queued' AND not_before = 0 AND NOT EXISTS (
                SELECT 1 FROM job AS running INDEXED BY job_running
                    WHERE running.rel = waiting.rel AND running.kind IN ('conversion', '\(kind)')
                        AND running.status = 'processing')
                AND (crashes = 0 OR NOT EXISTS (
                    SELECT 1 FROM job AS suspect INDEXED BY job_lease
                        WHERE suspect.status = 'processing' AND suspect.lease_until > 0 AND suspect.crashes > 0))
            ORDER BY turn, seq LIMIT 1)
        RETURNING \(Job.columns)
        """
    }

    /// One that is in its back-off after a failure does not count.
    static let waitingConversion = """
        SELECT 1 WHERE EXISTS (SELECT 1 FROM job INDEXED BY job_runnable
            WHERE kind = 'conversion' AND status = 'queued' AND not_before = 0)
            OR EXISTS (SELECT 1 FROM job INDEXED BY job_back_off
                WHERE status = 'queued' AND not_before > 0 AND error_code = ?1 AND kind = 'conversion')
        """

    private static let advanceClock = """
        UPDATE queue_turn SET turn = MAX(turn, (SELECT turn FROM job WHERE id = ?1)) WHERE kind = ?2
        """

    static let soonest = """
        SELECT MIN(at) FROM (
            SELECT MIN(not_before) AS at FROM job INDEXED BY job_back_off
                WHERE status = 'queued' AND not_before > 0
            UNION ALL SELECT MIN(lease_until) FROM job INDEXED BY job_lease
                WHERE status = 'processing')
        """
}
