import Database
import Synchronization

/// A second engine: everything in memory, gone with the process. For tests, and the proof that nothing outside an
/// engine depends on SQLite; `DatabaseTests` hold both to the same promises.
///
/// A transaction is a copy of the state that takes its place unless its body throws.
package final class MemoryDatabase: Database {
    private let state = Mutex(MemoryState())
    private let failure = Mutex<DatabaseError?>(nil)

    package init() {}

    package var jobs: any JobQueue { MemoryJobQueue(database: self) }
    package var revocations: any Revocations { MemoryRevocations(database: self) }
    package var callbacks: any CallbackOutbox { MemoryOutbox(database: self) }
    package var receipts: any Receipts { MemoryReceipts(database: self) }

    package func makeChangeWatch() -> any ChangeWatch { MemoryChangeWatch(database: self) }

    package func ping() throws(DatabaseError) { _ = try read { $0.commits } }

    /// Every question and every change is refused like this from now on; nil: none is any more.
    package func refuseAll(with error: DatabaseError?) { failure.withLock { $0 = error } }

    func read<Result: Sendable>(_ body: (MemoryState) -> Result) throws(DatabaseError) -> Result {
        try check()
        return state.withLock { body($0) }
    }

    func write<Result: Sendable, Failure: Error>(
        _ body: (inout MemoryState) throws(Failure) -> Result
    ) throws -> Result {
        try check()
        return try state.withLock { state in
            var copy = state
            let result = try body(&copy)
            copy.commits += 1
            state = copy
            return result
        }
    }

    /// As `write`, for a body that only speaks to the database.
    func change<Result: Sendable>(
        _ body: (inout MemoryState) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result {
        try check()
        return try state.withLock { (state) throws(DatabaseError) in
            var copy = state
            let result = try body(&copy)
            copy.commits += 1
            state = copy
            return result
        }
    }

    private func check() throws(DatabaseError) {
        if let error = failure.withLock({ $0 }) { throw error }
    }
}

/// Counts commits; its own process is the only one there is.
final class MemoryChangeWatch: ChangeWatch {
    private let database: MemoryDatabase
    private let seen = Mutex<Int?>(nil)

    init(database: MemoryDatabase) {
        self.database = database
    }

    func hasChanged() throws(DatabaseError) -> Bool {
        let commits = try database.read { $0.commits }
        return seen.withLock { seen in
            defer { seen = commits }
            return seen != commits
        }
    }
}
