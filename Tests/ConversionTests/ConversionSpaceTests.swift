import Database
import Domain
import Files
import Foundation
import MediaProtocol
import System
import TestOutbox
import Testing

@testable import Conversion

@Suite struct ConversionSpaceTests {
    private let outbox: Outbox
    private let files: DataDirectory
    private let lesson: LessonLocation

    init() throws {
        outbox = try Outbox()
        files = try DataDirectory(creatingAt: outbox.folder.appending(path: "data").path)
        lesson = try #require(LessonLocation("t/c/m/l"))
    }

    @Test func `Where all retired versions would not do, none goes`() throws {
        try publish()
        let version = try replace()
        let space = ConversionSpace(files, floor: ByteCount(1 << 50))
        #expect(space.reserve(ByteCount(1)) == nil)
        #expect(!space.isKept())
        #expect(try isKept(version))
    }

    @Test func `Where there is room without them, none goes`() throws {
        try publish()
        let version = try replace()
        #expect(ConversionSpace(files, floor: ByteCount(1)).reserve(ByteCount(1)) != nil)
        #expect(try isKept(version))
    }

    @Test func `Where they would do, they give way`() throws {
        try publish()
        let version = try replace()
        // Sparse, and so large that what others write meanwhile does not count.
        #expect(truncate(files.absolutePath("hls/t/c/m/l/.v-\(version)/segment_000.ts"), 1 << 40) == 0)
        let floor = try files.freeBytes() + (1 << 38)
        _ = ConversionSpace(files, floor: ByteCount(floor)).isKept()
        #expect(try !isKept(version))
    }

    @Test func `What a conversion has written is not reserved beside what the disk says`() throws {
        let space = ConversionSpace(files, floor: ByteCount(1))
        let film = ByteCount(try files.freeBytes() / 5 * 3)
        let first = try #require(space.reserve(film))
        first.note(0.1)
        #expect(space.reserve(film) == nil)
        first.note(0.9)
        // A share never falls.
        first.note(0)
        let second = try #require(space.reserve(film))
        #expect(space.reserve(film) == nil)
        extendLifetime(first)
        extendLifetime(second)
    }

    @Test func `What ended gives all back, how far ever it came`() throws {
        let space = ConversionSpace(files, floor: ByteCount(1))
        let film = ByteCount(try files.freeBytes() / 5 * 3)
        for share in [0, 0.5, 1, 7] { try #require(space.reserve(film)).note(share) }
        #expect(space.reserve(film) != nil)
    }

    @Test func `One without room has not begun, and waits without an attempt`() throws {
        let new = try newJob("t/c/m/l")
        _ = try outbox.database.jobs.enqueue(new, now: outbox.time.now)
        for _ in 1...QueueRules.maxAttempts + 1 {
            let job = try outbox.database.jobs.claim(
                worker: "w", lease: .seconds(30), now: outbox.time.now
            ) { _ in nil }
            let service = try outbox.conversions(files, minFreeBytes: ByteCount(1 << 50))
            ConversionRun(
                attempt: Attempt(
                    job: try #require(job), worker: "w", service: service, stop: outbox.stop)
            ).run()
            let waiting = try #require(try outbox.database.jobs.job(new.id))
            #expect((waiting.status, waiting.attempts) == (.queued, 0))
            #expect(waiting.error == .insufficientStorage)
            outbox.time.move(to: outbox.time.now.adding(seconds: QueueRules.spacePauseSeconds))
        }
    }

    @Test func `One that had begun has failed for want of space, which may pass, and counts`() {
        let failure = ConversionFailure.outOfSpace
        #expect((failure.kind, failure.isCancellation) == (.passing, false))
        #expect(failure.forTask.code == "insufficient_storage")
    }

    @Test func `Only what says that something ran out may be for space`() {
        let full: [any Error] = [
            MediaError(.resource, "", operation: ""), FileError(code: ENOSPC, operation: "", path: ""),
            FileError(code: EDQUOT, operation: "", path: ""),
            DatabaseError(.full, code: 13, operation: "", message: ""),
        ]
        let others: [any Error] = [
            MediaError(.internal, "", operation: ""), MediaError(.crashed, "", operation: ""),
            MediaError(.cancelled, "", operation: ""), MediaError(.unsupported, "", operation: ""),
            FileError(code: EACCES, operation: "", path: ""), CancellationError(),
            DatabaseError(.io, code: 10, operation: "", message: ""),
        ]
        #expect(full.map { ConversionFailure($0).mayBeForSpace } == full.map { _ in true })
        #expect(others.map { ConversionFailure($0).mayBeForSpace } == others.map { _ in false })
    }

    // MARK: A lesson and its versions

    private func publish(keeping retirement: Retirement? = nil) throws {
        let task = TaskID(random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
        let staging = try files.makeStagingDirectory(task: task)
        for name in ["output.m3u8", "segment_000.ts"] {
            try Data("one".utf8).write(to: URL(filePath: "\(staging.path)/\(name)"))
        }
        try staging.writeKey(Array("one".utf8))
        try staging.sync()
        let kept = try retirement.flatMap { try staging.keepReplaced(at: lesson, $0, limit: 600) }
        defer { extendLifetime(kept) }
        try staging.publish(as: lesson)
    }

    /// Answers the version that was replaced.
    private func replace() throws -> String {
        let old = try #require(try files.openLesson(at: lesson)?.version)
        try publish(keeping: Retirement(time: 1_764_295_200, tokenLife: 3600))
        return old
    }

    private func isKept(_ version: String) throws -> Bool {
        try files.openRetired(version[...], of: lesson) != nil
    }
}
