import CSQLite
import Database

extension DatabaseError {
    /// `code` with its detail, such as `SQLITE_IOERR_FSYNC`.
    init(_ code: Int32, operation: String, sql: String? = nil, message: String) {
        self.init(Self.kind(of: code), code: code, operation: operation, statement: sql, message: message)
    }

    /// The error SQLite keeps for its last failed call on `handle`.
    init(_ result: Int32, of handle: OpaquePointer?, operation: String, sql: String? = nil) {
        // Where even the handle could not be allocated there is no message but the code's own.
        let text =
            handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(result))
        self.init(result, operation: operation, sql: sql, message: text)
    }

    /// A full disk may also show as a failed growth of the shared-memory index, and full means too that the file has
    /// reached its own page limit.
    private static func kind(of code: Int32) -> Kind {
        if code == SQLITE_FULL || code == ioErrorSharedMemorySize { return .full }
        return switch ResultCode(extended: code) {
        case .busy, .locked: .busy
        case .ioError, .readOnly, .cannotOpen: .io
        case .corrupt, .notADatabase: .corrupt
        default: .other
        }
    }

    /// `SQLITE_IOERR_SHMSIZE`, a macro with arithmetic that Swift does not import.
    private static let ioErrorSharedMemorySize = SQLITE_IOERR | (19 << 8)
}
