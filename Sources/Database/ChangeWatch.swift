import Synchronization

/// Tells cheaply whether the database has changed since the last question: no table is read.
package final class ChangeWatch: Sendable {
    private let connection: GuardedConnection
    private let seen = Mutex<Int?>(nil)

    init(path: String) throws(DatabaseError) {
        connection = try GuardedConnection(path: path)
    }

    /// True where any other connection, of this or another process, has committed since the last call; the
    /// first call answers true.
    package func hasChanged() throws(DatabaseError) -> Bool {
        let version = try connection.use { (connection) throws(DatabaseError) in try connection.dataVersion()
        }
        return seen.withLock { seen in
            defer { seen = version }
            return seen != version
        }
    }
}
