import Database

extension Connection {
    /// How often the beginning of a transaction is tried again after the busy timeout.
    private static var beginTries: Int { 3 }

    /// Runs `body` in a transaction that holds the write lock from its start.
    ///
    /// `BEGIN IMMEDIATE`, because a transaction that reads first and writes later cannot be upgraded once
    /// another process has written in between; it would fail in the middle, where waiting does not help. As
    /// it is, only the beginning can be busy, and trying that again repeats nothing of `body`.
    func transaction<Result, Failure: Error>(
        _ body: (Connection) throws(Failure) -> Result, failing: (DatabaseError) -> Failure
    ) throws(Failure) -> Result {
        do { try begin() } catch { throw failing(error) }
        let result: Result
        do {
            result = try body(self)
        } catch {
            rollBack()
            throw error
        }
        do {
            try prepared("COMMIT").run()
        } catch {
            // A commit that found the disk full may leave the transaction open.
            rollBack()
            throw failing(error)
        }
        return result
    }

    /// As above, for bodies that only speak to the database.
    func transaction<Result>(
        _ body: (Connection) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result {
        try transaction(body, failing: { $0 })
    }

    private func begin() throws(DatabaseError) {
        for attempt in 1...Self.beginTries {
            do {
                return try prepared("BEGIN IMMEDIATE").run()
            } catch  where error.isBusy && attempt < Self.beginTries {
                continue
            }
        }
    }

    private func rollBack() {
        // Some errors (disk full, I/O) make SQLite roll back by itself; then there is none to roll back,
        // which is what this error would say.
        try? prepared("ROLLBACK").run()
    }
}
