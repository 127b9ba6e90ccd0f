import Database
import Domain

/// The outbox in SQLite.
struct SQLiteCallbackOutbox: CallbackOutbox {
    let database: SQLiteDatabase

    func claim(
        sender: String, limit: Int, lease: Duration, now: Timestamp
    ) throws(DatabaseError) -> [Callback] {
        guard let next = try nextDue(), next <= now else { return [] }
        return try database.write { (connection) throws(DatabaseError) in
            try connection.prepared(Self.take).all(
                [
                    .text(sender), .integer(now.milliseconds), .integer(limit),
                    .integer(now.adding(lease).milliseconds),
                ], Callback.init(row:))
        }
    }

    func nextDue() throws(DatabaseError) -> Timestamp? {
        try database.read { (connection) throws(DatabaseError) in
            try connection.prepared(Self.soonest).first { (row) in Timestamp(milliseconds: row.integer64(0)) }
        }
    }

    func pendingCount() throws(DatabaseError) -> Int {
        try database.read { (connection) throws(DatabaseError) in
            try connection.prepared("SELECT COUNT(*) FROM callback WHERE status = 'pending'").first { (row) in
                row.integer(0)
            } ?? 0
        }
    }

    func delivered(
        _ id: String, sender: String, status: Int, now: Timestamp
    ) throws(DatabaseError) -> Bool {
        try change(
            "status = 'delivered', last_status = ?3, last_error = NULL, delivered_at = ?4, sender = NULL",
            id, sender, [.integer(status), .integer(now.milliseconds)])
    }

    func failedAttempt(
        _ id: String, sender: String, status: Int?, error: String, nextAttempt: Timestamp
    ) throws(DatabaseError) -> Bool {
        try change(
            "last_status = ?3, last_error = ?4, next_attempt = ?5, sender = NULL", id, sender,
            [.integer(status), .text(error), .integer(nextAttempt.milliseconds)])
    }

    func abandon(
        _ id: String, sender: String, status: Int?, error: String
    ) throws(DatabaseError) -> Bool {
        try change(
            "status = 'abandoned', last_status = ?3, last_error = ?4, sender = NULL", id, sender,
            [.integer(status), .text(error)])
    }

    func callbacks(of task: TaskID) throws(DatabaseError) -> [Callback] {
        try database.read { (connection) throws(DatabaseError) in
            try connection.prepared(Self.ofTask).all([.text(task.value)], Callback.init(row:))
        }
    }

    func resend(_ task: TaskID, now: Timestamp) throws(DatabaseError) -> Int {
        try database.write { (connection) throws(DatabaseError) in
            try connection.prepared(Self.again).run([.text(task.value), .integer(now.milliseconds)])
            return connection.changes
        }
    }

    /// Stores a callback, inside the transaction that ends its job.
    static func store(
        _ callback: NewCallback, of task: TaskID, _ connection: Connection, _ now: Timestamp
    ) throws(DatabaseError) {
        try connection.prepared(insert).run([
            .text(callback.id), .text(task.value), .text(callback.url), .blob(callback.body),
            .integer(now.milliseconds),
        ])
    }

    private func change(
        _ assignments: String, _ id: String, _ sender: String, _ values: [Value]
    ) throws(DatabaseError) -> Bool {
        let sql = "UPDATE callback SET \(assignments) WHERE id = ?1 AND sender = ?2 AND status = 'pending'"
        return try database.write { (connection) throws(DatabaseError) in
            try connection.prepared(sql).run([.text(id), .text(sender)] + values)
            return connection.changes == 1
        }
    }

    private static let insert = """
        INSERT INTO callback (id, task, url, body, created_at, next_attempt) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
        """

    static let take = """
        UPDATE callback SET sender = ?1, attempts = attempts + 1, next_attempt = ?4
        WHERE id IN (SELECT id FROM callback WHERE status = 'pending' AND next_attempt <= ?2
            ORDER BY next_attempt LIMIT ?3)
        RETURNING \(Callback.columns)
        """

    static let soonest = """
        SELECT next_attempt FROM callback WHERE status = 'pending' ORDER BY next_attempt LIMIT 1
        """

    static let ofTask = "SELECT \(Callback.columns) FROM callback WHERE task = ?1 ORDER BY created_at, id"

    private static let again = """
        UPDATE callback SET status = 'pending', next_attempt = ?2,
            created_at = CASE status WHEN 'abandoned' THEN ?2 ELSE created_at END
        WHERE task = ?1 AND (status = 'abandoned' OR status = 'pending' AND sender IS NULL)
        """
}
