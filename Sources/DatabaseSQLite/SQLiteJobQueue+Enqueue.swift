import Database
import Domain

extension SQLiteJobQueue {
    func enqueue(
        _ new: NewJob, by authority: Authority?, now: Timestamp, keep: () throws -> Void
    ) throws -> EnqueueOutcome {
        try database.writeUntyped { connection in
            if let authority, try SQLiteRevocations.void(authority, connection) { return .revoked }
            if let receipt = new.receipt, try !SQLiteReceipts.add(receipt, connection, now) {
                return .repeated
            }
            let superseded = try connection.prepared(Self.supersedeWaiting).all(
                [.text(new.location.description), .integer(now.milliseconds)]
                    + JobFailure.superseded.values + [.text(new.kind.rawValue)],
                Job.init(row:))
            try connection.prepared(Self.insert).run(Self.values(of: new, now))
            try keep()
            return .queued(superseding: superseded)
        }
    }

    func addRenditions(_ new: NewJob, now: Timestamp) throws(DatabaseError) -> Bool {
        try database.write { (connection) throws(DatabaseError) in
            let isBusy = try connection.prepared(Self.live)
                .first([.text(new.location.description)]) { (row) in true }
            guard isBusy == nil else { return false }
            try connection.prepared(Self.insert).run(Self.values(of: new, now))
            return true
        }
    }

    func addFailed(
        _ new: NewJob, _ failure: JobFailure, now: Timestamp, callback: (Job) -> NewCallback?
    ) throws(DatabaseError) {
        try database.write { (connection) throws(DatabaseError) in
            let job = try connection.prepared(Self.insertFailed).first(
                Self.values(of: new, now) + failure.values, Job.init(row:))
            if let job, let callback = callback(job) {
                try SQLiteCallbackOutbox.store(callback, of: new.id, connection, now)
            }
        }
    }

    /// ?1 to ?10 of `insert`.
    static func values(of new: NewJob, _ now: Timestamp) -> [Value] {
        [
            .text(new.id.value), .text(new.location.description), .text(new.location.ownerID.value),
            .text(new.filename.value), .text(new.sourcePath), .integer(new.bytes.bytes),
            .text(new.successCallbackURL), .text(new.errorCallbackURL), .integer(now.milliseconds),
            .text(new.kind.rawValue),
        ]
    }

    /// Whether a job of location ?1 waits or runs.
    static let live = "SELECT 1 FROM job WHERE rel = ?1 AND status IN ('queued', 'processing')"

    /// Ends the queued job of location ?1 and kind ?5.
    static let supersedeWaiting = """
        UPDATE job SET status = 'superseded', updated_at = ?2, ended_at = ?2, error_code = ?3,
            error_message = ?4
        WHERE rel = ?1 AND kind = ?5 AND status = 'queued' RETURNING \(Job.columns)
        """

    /// The turn of a job of owner ?3, and of a kind, that arrives now; see `JobQueue`, Fairness.
    static func turn(of kind: String) -> String {
        """
        (SELECT MAX(clock.turn, (SELECT IFNULL(MAX(live.turn) + 1, 0) FROM job AS live
                WHERE live.owner = ?3 AND live.kind = \(kind) AND live.ended_at IS NULL))
            FROM queue_turn AS clock WHERE clock.kind = \(kind))
        """
    }

    static let insert = """
        INSERT INTO job (id, rel, owner, filename, source, bytes, success_url, error_url, turn,
            created_at, updated_at, kind)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, \(turn(of: "?10")), ?9, ?9, ?10)
        """

    static let insertFailed = """
        INSERT INTO job (id, rel, owner, filename, source, bytes, success_url, error_url, turn,
            created_at, updated_at, kind, status, ended_at, error_code, error_message)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, \(turn(of: "?10")), ?9, ?9, ?10, 'failed', ?9, ?11, ?12)
        RETURNING \(Job.columns)
        """
}

extension JobFailure {
    /// For the columns `error_code` and `error_message`.
    var values: [Value] { [.text(code), .text(message)] }
}
