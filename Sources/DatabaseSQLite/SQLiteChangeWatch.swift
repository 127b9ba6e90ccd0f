import Database
import Synchronization

/// Asks SQLite for its number of commits; no table is read.
final class SQLiteChangeWatch: ChangeWatch {
    private let connection: GuardedConnection
    private let seen = Mutex<Int?>(nil)

    init(path: String) throws(DatabaseError) {
        connection = try GuardedConnection(path: path)
    }

    /// Other connections of this process count as others.
    func hasChanged() throws(DatabaseError) -> Bool {
        let version = try connection.use { (connection) throws(DatabaseError) in try connection.dataVersion()
        }
        return seen.withLock { seen in
            defer { seen = version }
            return seen != version
        }
    }
}
