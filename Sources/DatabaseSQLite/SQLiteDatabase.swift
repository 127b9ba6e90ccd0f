import Database

/// The durable state in one file, `state/focust.db`: shared by the threads of a process, and by processes.
///
/// One writing connection and two reading ones, each behind a mutex. SQLite admits a single writer anyway,
/// and a thread that waits for a mutex wakes at once, where SQLite's busy handler would sleep up to 100 ms;
/// so here, and only here, a lock is held over I/O on purpose. Readers are few because playback does not
/// come here unless a file is missing, and a lookup takes some 10 µs. A connection per thread would cost 24
/// caches and file handles to win nothing.
package final class SQLiteDatabase: Database {
    private let path: String
    private let writer: GuardedConnection
    private let reader: GuardedConnection
    private let secondReader: GuardedConnection

    /// Opens or creates the file at `path` and brings its schema up to date.
    package convenience init(path: String) throws(DatabaseError) {
        try self.init(path: path, migrations: .all)
    }

    init(path: String, migrations: Migrations) throws(DatabaseError) {
        self.path = path
        writer = try GuardedConnection(path: path)
        try writer.use(migrations.migrate)
        reader = try GuardedConnection(path: path)
        secondReader = try GuardedConnection(path: path)
    }

    package var jobs: any JobQueue { SQLiteJobQueue(database: self) }
    package var revocations: any Revocations { SQLiteRevocations(database: self) }
    package var callbacks: any CallbackOutbox { SQLiteCallbackOutbox(database: self) }
    package var receipts: any Receipts { SQLiteReceipts(database: self) }

    /// A watch has a connection of its own.
    package func makeChangeWatch() throws(DatabaseError) -> any ChangeWatch {
        try SQLiteChangeWatch(path: path)
    }

    package func ping() throws(DatabaseError) {
        try read { (connection) throws(DatabaseError) in
            try connection.checkFile()
            try connection.prepared("SELECT turn FROM queue_turn").run()
        }
    }

    /// Runs `body` in a write transaction; see `Connection.transaction`.
    func write<Result: Sendable>(
        _ body: (Connection) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result {
        try writer.use { (connection) throws(DatabaseError) in try connection.transaction(body) }
    }

    /// As `write`, for a body that can also fail in ways of its own; a database failure is thrown as it is.
    func writeUntyped<Result: Sendable>(_ body: (Connection) throws -> Result) throws -> Result {
        try writer.use { connection in try connection.transaction(body, failing: { $0 }) }
    }

    /// Runs `body` on the writing connection, for what SQLite allows in no transaction.
    func writeOutsideTransaction<Result: Sendable>(
        _ body: (Connection) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result {
        try writer.use(body)
    }

    /// Runs `body` on a reading connection; each statement sees a state of its own.
    func read<Result: Sendable>(
        _ body: (Connection) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result {
        if let result = try reader.useIfFree(body) { return result }
        return try secondReader.use(body)
    }
}
