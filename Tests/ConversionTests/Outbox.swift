import Crypto
import Database
import Domain
import Files
import Foundation
import Logging
import MediaProcess
import MediaProtocol
import Outbound
import Runtime
import Testing

@testable import Conversion

/// A database in a folder of its own, callbacks in it, and senders for them.
final class Outbox {
    let folder: URL
    let database: any Database
    let time = TestClock()
    let stop: StopSignal
    var secret: Secret? = Secret("a secret of tests")
    var bearer: Secret?
    var bearerOrigins: Set<Origin> = []
    var allowPrivate = true

    /// In SQLite unless another `database` is given.
    init(_ other: (any Database)? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "focust-outbox-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        database = try other ?? SQLiteDatabase(path: folder.appending(path: "focust.db").path)
        stop = try StopSignal()
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The same file, opened as another process would.
    func reopened() throws -> any Database {
        try SQLiteDatabase(path: folder.appending(path: "focust.db").path)
    }

    /// Ends a new job as published, its callback going to `url`. The job's own lesson is named by `rel`.
    @discardableResult
    func finish(_ rel: String = "t/c/m/l", to url: String?) throws -> TaskID {
        let new = try newJob(rel, success: url)
        _ = try database.jobs.enqueue(new, now: time.now)
        let job = try database.jobs.claim(worker: "w", lease: .seconds(30), now: time.now) { _ in nil }
        let callback = job.flatMap { CallbackComposer(defaultURL: nil).success(of: $0, duration: 12.5) }
        _ = try database.jobs.finish(
            new.id, worker: "w", duration: 12.5, callback: callback, now: time.now, publish: {})
        return new.id
    }

    func service(_ other: (any Database)? = nil, clock: SystemClock? = nil) throws -> CallbackService {
        CallbackService(
            database: other ?? database, secret: secret, bearer: bearer, bearerOrigins: bearerOrigins,
            allowPrivate: allowPrivate,
            metrics: .forTests, clock: clock ?? time.clock,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            wakeUp: try wakeFile("wake-callbacks"))
    }

    func conversions(_ files: DataDirectory, minFreeBytes: ByteCount = ByteCount(0)) throws
        -> ConversionService
    {
        ConversionService(
            database: database, files: files,
            media: try #require(MediaProgram.beside(CommandLine.arguments[0])), options: ConversionOptions(),
            threads: ThreadShare(cores: 2, jobs: 1), timeout: nil,
            metrics: .forTests, clock: time.clock,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            wakeUp: try wakeFile("wake"), callbacks: CallbackComposer(defaultURL: nil),
            callbackWakeUp: try wakeFile("wake-callbacks"),
            keeping: Keeping(limit: 0, maxTTL: 0, grantMargin: 0), minFreeBytes: minFreeBytes)
    }

    func wakeFile(_ name: String) throws -> WakeFile {
        try WakeFile(path: folder.appending(path: name).path)
    }

    func sender(_ other: (any Database)? = nil) throws -> CallbackSender {
        let service = try service(other)
        return CallbackSender(
            service: service, client: OutboundClient(policy: service.policy, stop: stop), stop: stop)
    }

    func callback(of task: TaskID) throws -> Callback? {
        try database.callbacks.callbacks(of: task).last
    }

    /// The moment the callback is due, reached.
    func wait(for task: TaskID) throws {
        if let callback = try callback(of: task) { time.move(to: callback.nextAttempt) }
    }
}

extension ServerMetrics {
    /// Counters that nobody reads.
    static let forTests = ServerMetrics(
        version: "test",
        probes: ServerProbes(
            queueDepth: { [] }, queueOldestSeconds: { nil }, queueWaitingForSpace: { nil },
            callbacksPending: { nil }, diskFreeBytes: { nil }
        ))
}
