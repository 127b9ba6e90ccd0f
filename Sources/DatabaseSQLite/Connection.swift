import CSQLite
import Database

/// One open database file: owns the handle and every statement prepared on it.
///
/// Not `Sendable`, and opened without SQLite's own mutex: whoever holds it is alone with it.
final class Connection {
    /// How long a call waits for another process before it is busy, in milliseconds. A commit takes as long
    /// as one fsync, so seconds of waiting mean a stuck disk.
    static let busyTimeout: Int32 = 10_000

    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]

    /// Opens or creates the file at `path`.
    init(path: String) throws(DatabaseError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let result = sqlite3_open_v2(path, &opened, flags, nil)
        guard result == SQLITE_OK, let opened else {
            let error = DatabaseError(result, of: opened, operation: "open")
            // "Whether or not an error occurs …, resources should be released by passing it to
            // sqlite3_close()" (sqlite3.h, sqlite3_open_v2).
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
        sqlite3_busy_timeout(handle, Self.busyTimeout)
        try configure()
    }

    deinit {
        // Statements first: a connection with live statements would only become a zombie.
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// The cached statement for `sql`, compiled the first time.
    func prepared(_ sql: String) throws(DatabaseError) -> Statement {
        if let known = statements[sql] { return known }
        let statement = try Statement(sql, on: handle)
        statements[sql] = statement
        return statement
    }

    /// Runs a script of several statements that bind nothing and give no rows.
    func execute(_ script: String) throws(DatabaseError) {
        let result = sqlite3_exec(handle, script, nil, nil, nil)
        guard result == SQLITE_OK else {
            throw DatabaseError(result, of: handle, operation: "execute", sql: script)
        }
    }

    /// Throws where the open file is no longer the one at the path: deleted, or replaced by a backup under a running
    /// server, it would go on answering, and what it is told would be lost (sqlite3.h: SQLITE_FCNTL_HAS_MOVED).
    func checkFile() throws(DatabaseError) {
        var hasMoved: Int32 = 0
        let result = sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
        guard result == SQLITE_OK else { throw DatabaseError(result, of: handle, operation: "look at") }
        guard hasMoved == 0 else {
            throw DatabaseError(
                SQLITE_CANTOPEN, operation: "look at", message: "another file is at its path")
        }
    }

    /// Rows that the last statement inserted, changed or deleted.
    var changes: Int { Int(sqlite3_changes64(handle)) }

    /// A number that changes when another connection, of any process, has committed (`PRAGMA data_version`).
    func dataVersion() throws(DatabaseError) -> Int {
        try prepared("PRAGMA data_version").first { (row) in row.integer(0) } ?? 0
    }

    private func configure() throws(DatabaseError) {
        // trusted_schema off: a planted file cannot run functions from its schema. WAL: readers never wait
        // for the writer. FULL: in WAL mode anything less may lose the last commits at a power cut, and a
        // 202 has been answered on the strength of one.
        try execute("PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL;")
        let mode = try prepared("PRAGMA journal_mode=WAL").first { (row) in row.text(0) }
        guard mode == "wal" else {
            throw DatabaseError(
                SQLITE_CANTOPEN, operation: "open",
                message: "no write-ahead log here (\(mode ?? "none")); is state/ on a network file system?")
        }
    }
}
