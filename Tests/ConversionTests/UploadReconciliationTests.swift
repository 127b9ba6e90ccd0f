import Database
import Domain
import Files
import Foundation
import Logging
import MemoryDatabase
import Synchronization
import TestOutbox
import Testing

@testable import Conversion

/// Uploads without a row, and rows without a file.
@Suite struct UploadReconciliationTests {
    private let tree: Tree
    private var files: DataDirectory { tree.files }
    private let database = MemoryDatabase()
    private let log = RecordedLog()

    init() throws {
        tree = try Tree()
    }

    /// An upload on disk, and in the table unless told otherwise.
    private func upload(_ rel: String, hasRow: Bool = true) throws -> NewJob {
        let new = try newJob(rel)
        let kept = try files.commitUpload(
            try files.makeStagingFile(), task: new.id, location: new.location, filename: new.filename)
        #expect(kept.path == new.sourcePath)
        if hasRow { _ = try database.jobs.enqueue(new, now: beginning) }
        kept.release()
        return new
    }

    private func compare() {
        UploadReconciliation(database: database, files: files, log: log.logger).run()
    }

    private func claim() throws {
        _ = try #require(
            try database.jobs.claim(worker: "w", lease: .seconds(30), now: beginning) { _ in nil })
    }

    private func fail(_ id: TaskID) throws {
        try claim()
        let failure = JobFailure(code: "unsupported_media", message: "No video.")
        _ = try database.jobs.fail(
            id, worker: "w", failure: failure, .lasting, callback: nil, now: beginning)
    }

    private func exists(_ job: NewJob) throws -> Bool { try files.size(of: job.sourcePath) != nil }

    @Test func anOriginalGoesWithTheUploadThatHasNoTaskAndNoOther() throws {
        let orphan = try upload("t/c/m/orphan", hasRow: false)
        try files.keepFirstOriginal(orphan.sourcePath, of: orphan.location, as: orphan.filename)
        let waiting = try upload("t/c/m/waiting")
        try files.keepFirstOriginal(waiting.sourcePath, of: waiting.location, as: waiting.filename)
        compare()
        #expect(try files.size(of: files.originalPath(of: orphan.location, orphan.filename)) == nil)
        #expect(try files.size(of: files.originalPath(of: waiting.location, waiting.filename)) != nil)
    }

    private func original(_ job: NewJob) throws -> String? {
        let path = files.originalPath(of: job.location, job.filename)
        return try files.size(of: path) == nil ? nil : path
    }

    @Test func `The upload before an orphan is the original again, as it was when its client was told so`()
        throws
    {
        let first = try upload("t/c/m/l")
        try files.keepFirstOriginal(first.sourcePath, of: first.location, as: first.filename)
        let orphan = try upload("t/c/m/l", hasRow: false)
        let name = try #require(Filename("another.mp4"))
        try files.keepFirstOriginal(orphan.sourcePath, of: orphan.location, as: name)
        #expect(try original(first) == nil)
        compare()
        #expect(try original(first) != nil)
        #expect(try files.size(of: files.originalPath(of: orphan.location, name)) == nil)
        #expect(try exists(first) && !exists(orphan))
    }

    @Test func whatWaitsOrRunsStays() throws {
        let running = try upload("t/c/m/running")
        try claim()
        let waiting = try upload("t/c/m/waiting")
        compare()
        #expect(try exists(running) && exists(waiting))
        #expect(log.events.isEmpty)
    }

    @Test func anUploadWithoutARowGoesAndIsReported() throws {
        let orphan = try upload("t/c/m/l", hasRow: false)
        compare()
        #expect(try !exists(orphan))
        #expect(log.events == ["upload_removed \(orphan.sourcePath)"])
    }

    @Test func anUploadWhoseRowIsStillToComeStays() throws {
        let new = try newJob("t/c/m/l")
        let kept = try files.commitUpload(
            try files.makeStagingFile(), task: new.id, location: new.location, filename: new.filename)
        compare()
        #expect(try exists(new))
        kept.release()
        compare()
        #expect(try !exists(new))
    }

    @Test func theUploadOfATaskThatIsOverGoes() throws {
        let done = try upload("t/c/m/done")
        try claim()
        #expect(
            try database.jobs.finish(
                done.id, worker: "w", duration: 1, callback: nil, now: beginning, publish: {}))
        let superseded = try upload("t/c/m/l")
        let newer = try upload("t/c/m/l")
        compare()
        #expect(try !exists(done) && !exists(superseded) && exists(newer))
    }

    @Test func aFailedTaskKeepsItsUploadUntilANewerOneComes() throws {
        let failed = try upload("t/c/m/l")
        try fail(failed.id)
        compare()
        #expect(try exists(failed))
        let newer = try upload("t/c/m/l")
        compare()
        #expect(try !exists(failed) && exists(newer))
    }

    @Test func aRowWithoutAFileIsReported() throws {
        let new = try newJob("t/c/m/l")
        _ = try database.jobs.enqueue(new, now: beginning)
        compare()
        #expect(log.events == ["upload_missing \(new.sourcePath)"])
    }

    @Test func whereTheTableCannotBeReadNothingIsRemoved() throws {
        let orphan = try upload("t/c/m/l", hasRow: false)
        database.refuseAll(with: DatabaseError(.io, code: 10, operation: "step", message: "disk I/O error"))
        compare()
        #expect(try exists(orphan))
        #expect(log.events == ["reconciliation_failed"])
    }
}

private let beginning = Timestamp(milliseconds: 0)

/// A data directory of its own, removed afterwards.
private final class Tree {
    let folder = FileManager.default.temporaryDirectory.appending(path: "focust-compare-\(UUID().uuidString)")
    let files: DataDirectory

    init() throws {
        files = try DataDirectory(creatingAt: folder.path)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }
}

/// A log that remembers each event, and the path it is about.
private final class RecordedLog: Sendable {
    private let lines = Mutex<[String]>([])
    var events: [String] { lines.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(log: self) }
    }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let path = event.metadata?["path"].map { " \($0)" } ?? ""
            log.lines.withLock { $0.append("\(event.message)\(path)") }
        }
    }
}
