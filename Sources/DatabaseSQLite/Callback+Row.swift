import CSQLite
import Database
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
        self.init(
            id: row.text(0),
            task: task,
            url: row.text(2),
            body: row.blob(3),
            status: status,
            createdAt: Timestamp(milliseconds: row.integer64(5)),
            nextAttempt: Timestamp(milliseconds: row.integer64(6)),
            attempts: row.integer(7),
            lastStatus: row.optionalInteger(8),
            lastError: row.optionalText(9),
            deliveredAt: row.isNull(10) ? nil : Timestamp(milliseconds: row.integer64(10)))
    }
}
