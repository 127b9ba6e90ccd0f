import Database
import Synchronization

/// A connection that threads share, one at a time.
///
/// `@unchecked Sendable`, and why that holds: the connection is made here and is private; it is touched
/// only while the lock is held; what a body returns is `Sendable`, so the connection cannot leave with it.
/// (A plain `Mutex<Connection>` would demand `@Sendable` bodies, which callers' own closures, such as the
/// one that publishes a lesson, are not.)
final class GuardedConnection: @unchecked Sendable {
    private let lock = Mutex(())
    private let connection: Connection

    init(path: String) throws(DatabaseError) {
        connection = try Connection(path: path)
    }

    /// Runs `body` as the connection's only user, after waiting for others.
    func use<Result: Sendable, Failure: Error>(
        _ body: (Connection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try lock.withLock { (_) throws(Failure) in try body(connection) }
    }

    /// As `use`, but nil at once where another thread has the connection.
    func useIfFree<Result: Sendable, Failure: Error>(
        _ body: (Connection) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        try lock.withLockIfAvailable { (_) throws(Failure) in try body(connection) }
    }
}
