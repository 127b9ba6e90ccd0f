import Callbacks
import Crypto
import Database
import DatabaseSQLite
import Domain
import Foundation
import Logging
import Metrics
import System

/// A database in a folder of its own, callbacks in it, and senders for them.
package final class Outbox {
    package let folder: URL
    package let database: any Database
    package let time = TestClock()
    package let stop: StopSignal
    package var secret: Secret? = Secret("a secret of tests")
    package var bearer: Secret?
    package var bearerOrigins: Set<Origin> = []
    package var allowPrivate = true

    /// In SQLite unless another `database` is given.
    package init(_ other: (any Database)? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "focust-outbox-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        database = try other ?? SQLiteDatabase(path: folder.appending(path: "focust.db").path)
        stop = try StopSignal()
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The same file, opened as another process would.
    package func reopened() throws -> any Database {
        try SQLiteDatabase(path: folder.appending(path: "focust.db").path)
    }

    /// Ends a new job as published, its callback going to `url`. The job's own lesson is named by `rel`.
    @discardableResult
    package func finish(_ rel: String = "t/c/m/l", to url: String?) throws -> TaskID {
        let new = try newJob(rel, success: url)
        _ = try database.jobs.enqueue(new, now: time.now)
        let job = try database.jobs.claim(worker: "w", lease: .seconds(30), now: time.now) { _ in nil }
        let callback = job.flatMap { CallbackComposer(defaultURL: nil).success(of: $0, duration: 12.5) }
        _ = try database.jobs.finish(
            new.id, worker: "w", duration: 12.5, callback: callback, now: time.now, publish: {})
        return new.id
    }

    package func service(_ other: (any Database)? = nil, clock: SystemClock? = nil) throws -> CallbackService
    {
        CallbackService(
            database: other ?? database, secret: secret, bearer: bearer, bearerOrigins: bearerOrigins,
            allowPrivate: allowPrivate,
            metrics: .forTests, clock: clock ?? time.clock,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            wakeUp: try wakeFile("wake-callbacks"))
    }

    package func wakeFile(_ name: String) throws -> WakeFile {
        try WakeFile(path: folder.appending(path: name).path)
    }

    package func callback(of task: TaskID) throws -> Callback? {
        try database.callbacks.callbacks(of: task).last
    }

    /// The moment the callback is due, reached.
    package func wait(for task: TaskID) throws {
        if let callback = try callback(of: task) { time.move(to: callback.nextAttempt) }
    }
}

extension CallbackMetrics {
    /// Counters that nobody reads.
    package static let forTests = {
        var registry = MetricsRegistry()
        return CallbackMetrics(&registry)
    }()
}
