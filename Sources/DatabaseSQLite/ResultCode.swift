import CSQLite
import Database

/// A primary result code of SQLite; one that this room does not name stays a plain number (sqlite3.h).
struct ResultCode: RawRepresentable, Hashable, Sendable {
    let rawValue: Int32

    static let ok = ResultCode(rawValue: SQLITE_OK)
    static let row = ResultCode(rawValue: SQLITE_ROW)
    static let done = ResultCode(rawValue: SQLITE_DONE)
    static let busy = ResultCode(rawValue: SQLITE_BUSY)
    static let locked = ResultCode(rawValue: SQLITE_LOCKED)
    static let readOnly = ResultCode(rawValue: SQLITE_READONLY)
    static let ioError = ResultCode(rawValue: SQLITE_IOERR)
    static let corrupt = ResultCode(rawValue: SQLITE_CORRUPT)
    static let full = ResultCode(rawValue: SQLITE_FULL)
    static let cannotOpen = ResultCode(rawValue: SQLITE_CANTOPEN)
    static let constraint = ResultCode(rawValue: SQLITE_CONSTRAINT)
    static let mismatch = ResultCode(rawValue: SQLITE_MISMATCH)
    static let notADatabase = ResultCode(rawValue: SQLITE_NOTADB)

    init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The primary code is the low byte of an extended one (sqlite3.h, "Extended Result Codes").
    init(extended: Int32) {
        self.rawValue = extended & 0xFF
    }
}
