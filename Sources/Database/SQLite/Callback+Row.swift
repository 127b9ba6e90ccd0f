import CSQLite
import Domain

extension Callback {
    /// The columns that `init(row:)` expects, in its order.
    static let columns = """
        id, task, url, body, status, created_at, next_attempt, attempts, last_status, last_error, delivered_at
        """

    /// Throws where a column holds what this program never writes.
    init(row: borrowing Row) throws(DatabaseError) {
        guard let task = TaskID(row.text(1)), let status = Status(rawValue: row.text(4)) else {
            throw DatabaseError(
                SQLITE_MISMATCH, operation: "decode callback", message: "unexpected task or status")
        }
        self.id = row.text(0)
        self.task = task
        self.url = row.text(2)
        self.body = row.blob(3)
        self.status = status
        self.createdAt = Timestamp(milliseconds: row.integer64(5))
        self.nextAttempt = Timestamp(milliseconds: row.integer64(6))
        self.attempts = row.integer(7)
        self.lastStatus = row.optionalInteger(8)
        self.lastError = row.optionalText(9)
        self.deliveredAt = row.isNull(10) ? nil : Timestamp(milliseconds: row.integer64(10))
    }
}
