import CSQLite
import Database

/// SQLite as it was found at run time.
package enum SQLiteLibrary {
    /// "SQLite 3.40.1".
    package static var version: String { "SQLite " + String(cString: sqlite3_libversion()) }
}
