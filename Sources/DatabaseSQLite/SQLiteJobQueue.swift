import Database

/// The queue in SQLite. Fairness is a number, `turn`; claiming is one step in an index.
struct SQLiteJobQueue: JobQueue {
    let database: SQLiteDatabase
}
