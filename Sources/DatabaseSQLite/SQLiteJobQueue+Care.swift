import Database
import Domain

extension SQLiteJobQueue {
    func cancelAll(
        _ location: LessonLocation, now: Timestamp, remove: () throws -> Void
    ) throws -> [Job] {
        try database.writeUntyped { connection in
            let rel = Value.text(location.description)
            let past = try connection.prepared(Self.withdraw).all([rel], Job.init(row:))
            let ended = try connection.prepared(Self.cancel).all(
                [rel, .integer(now.milliseconds)] + JobFailure.cancelled.values, Job.init(row:))
            try remove()
            return ended.filter { $0.kind == .conversion }
                + past.filter { $0.status == .failed && $0.kind == .conversion }
        }
    }

    private static let withdraw = """
        UPDATE job SET withdrawn = 1 WHERE rel = ?1 AND withdrawn = 0 RETURNING \(Job.columns)
        """

    func retry(_ id: TaskID, now: Timestamp) throws(DatabaseError) -> Job? {
        try database.write { (connection) throws(DatabaseError) in
            guard let job = try connection.prepared(Self.byID).first([.text(id.value)], Job.init(row:)) else {
                return nil
            }
            return try connection.prepared(Self.again).first(
                [.text(id.value), .integer(now.milliseconds), .text(job.location.ownerID.value)],
                Job.init(row:))
        }
    }

    func counts() throws(DatabaseError) -> JobCounts {
        try database.read { (connection) throws(DatabaseError) in
            let rows = try connection.prepared(Self.count).all { (row) in
                (row.text(0), JobStatus(rawValue: row.text(1)), row.integer(2))
            }
            let oldest = try connection.prepared(Self.oldest).first { (row) in row.integer64(0) }
            let waiting = try connection.prepared(Self.waitingFor)
                .first([.text(JobFailure.insufficientStorage.code)]) { (row) in row.integer(0) }
            func counts(of kind: JobKind) -> [JobStatus: Int] {
                let known = rows.filter { $0.0 == kind.rawValue }.compactMap { (_, status, count) in
                    status.map { ($0, count) }
                }
                return Dictionary(known, uniquingKeysWith: +)
            }
            return JobCounts(
                byStatus: counts(of: .conversion), renditions: counts(of: .renditions),
                oldestQueued: oldest.map { Timestamp(milliseconds: $0) }, waitingForSpace: waiting ?? 0)
        }
    }

    func prune(endedBefore cutoff: Timestamp, limit: Int) throws(DatabaseError) -> Int {
        try database.write { (connection) throws(DatabaseError) in
            try connection.prepared(Self.forget).run([.integer(cutoff.milliseconds), .integer(limit)])
            return connection.changes
        }
    }

    private static let cancel = """
        UPDATE job SET status = 'superseded', updated_at = ?2, ended_at = ?2, worker = NULL,
            lease_until = NULL, error_code = ?3, error_message = ?4
        WHERE rel = ?1 AND status IN ('queued', 'processing') RETURNING \(Job.columns)
        """

    static let again = """
        UPDATE job SET status = 'queued', turn = \(turn(of: "job.kind")), not_before = 0, crashes = 0, attempts = 0,
            progress = 0, updated_at = ?2, ended_at = NULL, error_code = NULL, error_message = NULL
        WHERE id = ?1 AND status = 'failed' AND withdrawn = 0
            AND NOT EXISTS (SELECT 1 FROM job AS newer WHERE newer.rel = job.rel AND newer.kind = job.kind AND newer.seq > job.seq)
        RETURNING \(Job.columns)
        """

    private static let count = "SELECT kind, status, COUNT(*) FROM job GROUP BY kind, status"

    static let waitingFor = """
        SELECT COUNT(*) FROM job INDEXED BY job_back_off
        WHERE status = 'queued' AND not_before > 0 AND error_code = ?1 AND kind = 'conversion'
        """

    static let oldest = """
        SELECT created_at FROM job WHERE kind = 'conversion' AND status = 'queued' ORDER BY seq LIMIT 1
        """

    static let forget = """
        DELETE FROM job WHERE seq IN (
            SELECT seq FROM job AS old WHERE ended_at < ?1 AND (withdrawn = 1 OR EXISTS (
                SELECT 1 FROM job AS newer WHERE newer.rel = old.rel AND newer.kind = old.kind AND newer.seq > old.seq))
            LIMIT ?2)
        """
}
