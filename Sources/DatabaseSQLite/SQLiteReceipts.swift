import Database
import Domain

/// The receipts in SQLite.
struct SQLiteReceipts: Receipts {
    let database: SQLiteDatabase

    func receipt(_ id: String, now: Timestamp) throws(DatabaseError) -> Receipt? {
        try database.read { (connection) throws(DatabaseError) in
            try connection.prepared(Self.valid).first([.text(id), .integer(now.milliseconds)]) { (row) in
                Receipt(
                    id: row.text(0), request: row.text(1), answer: row.text(2),
                    expiresAt: Timestamp(milliseconds: row.integer64(3)))
            }
        }
    }

    func add(_ receipt: Receipt, now: Timestamp) throws(DatabaseError) -> Bool {
        try database.write { (connection) throws(DatabaseError) in
            try Self.add(receipt, connection, now)
        }
    }

    /// Adds a receipt within a transaction that is open.
    static func add(
        _ receipt: Receipt, _ connection: Connection, _ now: Timestamp
    ) throws(DatabaseError) -> Bool {
        let moment = Value.integer(now.milliseconds)
        try connection.prepared(Self.forgetOne).run([.text(receipt.id), moment])
        try connection.prepared(Self.insert).run([
            .text(receipt.id), .text(receipt.request), .text(receipt.answer),
            .integer(receipt.expiresAt.milliseconds),
        ])
        guard connection.changes > 0 else { return false }
        try connection.prepared(Self.forgetOldest).run([.integer(QueueRules.maxReceipts)])
        return true
    }

    func prune(now: Timestamp) throws(DatabaseError) -> Int {
        try database.write { (connection) throws(DatabaseError) in
            try connection.prepared(Self.forget).run([.integer(now.milliseconds)])
            return connection.changes
        }
    }

    static let valid = "SELECT id, request, answer, expires_at FROM receipt WHERE id = ?1 AND expires_at > ?2"

    static let insert = """
        INSERT INTO receipt (id, request, answer, expires_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING
        """

    private static let forgetOne = "DELETE FROM receipt WHERE id = ?1 AND expires_at <= ?2"

    /// The numbers are given in order, so those that came first have the lowest.
    static let forgetOldest = "DELETE FROM receipt WHERE seq <= (SELECT MAX(seq) FROM receipt) - ?1"

    static let forget = "DELETE FROM receipt WHERE expires_at <= ?1"
}
