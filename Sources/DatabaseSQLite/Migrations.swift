import CSQLite
import Database

/// The steps that bring a file to the present schema; `PRAGMA user_version` counts those already taken.
struct Migrations {
    /// One script per version, in order. A released step is never edited; a change is a new step.
    let steps: [String]

    /// The steps of this version of the server.
    static let all = Migrations(steps: [
        Schema.jobs, Schema.revocations, Schema.callbacks, Schema.sizes, Schema.receipts, Schema.kinds,
    ])

    /// Takes the missing steps, each in a transaction of its own with its number.
    ///
    /// The number is read again inside the transaction: two processes that start together both find an
    /// old file, and one of them waits for the other's step.
    func migrate(_ connection: Connection) throws(DatabaseError) {
        guard try version(of: connection) != steps.count else { return }
        for (index, script) in steps.enumerated() {
            try connection.transaction { (connection) throws(DatabaseError) in
                guard try version(of: connection) == index else { return }
                try connection.execute(script)
                try connection.execute("PRAGMA user_version=\(index + 1)")
            }
        }
        let reached = try version(of: connection)
        guard reached == steps.count else {
            throw DatabaseError(
                SQLITE_SCHEMA, operation: "migrate",
                message: "the file has schema \(reached), this program knows \(steps.count); is it older?")
        }
    }

    private func version(of connection: Connection) throws(DatabaseError) -> Int {
        try connection.prepared("PRAGMA user_version").first { (row) in row.integer(0) } ?? 0
    }
}
