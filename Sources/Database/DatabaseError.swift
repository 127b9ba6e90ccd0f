import CSQLite

/// What SQLite refused: the code, what was being done, the statement, and SQLite's own words.
///
/// The SQL text holds placeholders only, never a value, so the whole error may be logged.
package struct DatabaseError: Error, Equatable, Sendable, CustomStringConvertible {
    let code: ResultCode
    /// The code with its detail, such as `SQLITE_IOERR_FSYNC`; equal to the primary one where there is none.
    let extendedCode: Int32
    /// What was being done, for the log: "open", "prepare", "step", …
    package let operation: String
    package let sql: String?
    package let message: String

    init(_ extendedCode: Int32, operation: String, sql: String? = nil, message: String) {
        self.code = ResultCode(extended: extendedCode)
        self.extendedCode = extendedCode
        self.operation = operation
        self.sql = sql
        self.message = message
    }

    /// The error SQLite keeps for its last failed call on `handle`.
    init(_ result: Int32, of handle: OpaquePointer?, operation: String, sql: String? = nil) {
        // Where even the handle could not be allocated there is no message but the code's own.
        let text =
            handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(result))
        self.init(result, operation: operation, sql: sql, message: text)
    }

    /// No space left, on the disk or under the file's own page limit: a full disk may also show as a short
    /// write or as a failed growth of the shared-memory index.
    package var isFull: Bool {
        switch extendedCode {
        case SQLITE_FULL, Self.ioErrorSharedMemorySize: true
        default: false
        }
    }

    /// Another process held the file for longer than we wait.
    package var isBusy: Bool { code == .busy || code == .locked }

    /// The disk failed, or the file system became read-only.
    package var isIO: Bool { (code == .ioError && !isFull) || code == .readOnly || code == .cannotOpen }

    /// The file is no database, or is damaged.
    package var isCorrupt: Bool { code == .corrupt || code == .notADatabase }

    package var description: String {
        "database \(operation): \(message) (\(extendedCode))" + (sql.map { " in \"\($0)\"" } ?? "")
    }

    /// `SQLITE_IOERR_SHMSIZE`, a macro with arithmetic that Swift does not import.
    private static let ioErrorSharedMemorySize = SQLITE_IOERR | (19 << 8)
}
