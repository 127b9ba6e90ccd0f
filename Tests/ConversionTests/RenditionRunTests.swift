import Callbacks
import Crypto
import Database
import Domain
import Files
import Formats
import Foundation
import Logging
import MediaClient
import MediaProtocol
import Synchronization
import System
import TestOutbox
import Testing

@testable import Conversion

/// Makes what a test says.
private struct FakeMaker: RenditionMaker {
    typealias Body = (RenditionsOrder, RenditionsWatch) throws -> RenditionsResult

    /// Called by the test's own thread alone.
    nonisolated(unsafe) let body: Body

    func makeRenditions(
        _ order: RenditionsOrder, _ watch: RenditionsWatch
    ) throws(MediaError) -> RenditionsResult {
        do {
            return try body(order, watch)
        } catch let error as MediaError {
            throw error
        } catch {
            throw MediaError(.internal, "\(error)", operation: "test")
        }
    }
}

/// A job that makes further renditions, with a converter that writes what a test says.
@Suite struct RenditionRunTests {
    private let outbox: Outbox
    private let files: DataDirectory
    private let lesson: LessonLocation
    private let second: RenditionName

    init() throws {
        outbox = try Outbox()
        files = try DataDirectory(creatingAt: outbox.folder.appending(path: "data").path)
        lesson = try #require(LessonLocation("t/c/m/l"))
        second = try #require(RenditionName(number: 1))
        try publish()
    }

    // MARK: What is there

    private func publish(_ mark: String = "one") throws {
        let staging = try files.makeStagingDirectory(task: TaskID(random: SecureRandom.pair()))
        try Data(playlist(of: .first).utf8).write(to: URL(filePath: "\(staging.path)/output.m3u8"))
        try Data(mark.utf8).write(to: URL(filePath: "\(staging.path)/segment_000.ts"))
        try staging.writeKey([UInt8](repeating: 1, count: 16))
        let facts = RenditionFacts(duration: 4, renditions: [rendition(.first)], since: outbox.time.now)
        try staging.writeFacts(try #require(facts).serialized())
        try staging.sync()
        try staging.publish(as: lesson)
    }

    private func playlist(of name: RenditionName) -> String {
        let segments = [MediaPlaylist.Segment(name: name.segment(0), duration: .seconds(4))]
        let playlist = MediaPlaylist(segments: segments, targetDuration: .seconds(6), keyName: name.key)
        return String(decoding: playlist.serialized(), as: UTF8.self)
    }

    private func rendition(_ name: RenditionName) -> Rendition {
        Rendition(
            name: name, width: 768, height: 432, frameRate: 30, bandwidth: 900_000, averageBandwidth: 700_000,
            codecs: "avc1.64001E,mp4a.40.2", isCopy: name == .first)
    }

    private func result(_ names: [RenditionName], firstGivesWay: Bool = false) -> RenditionsResult {
        RenditionsResult(
            renditions: names.map(rendition), firstGivesWay: firstGivesWay, duration: 4, plan: "r1: made")
    }

    /// What a converter leaves of a rendition.
    private func write(_ name: RenditionName, into directory: String) {
        try? Data(playlist(of: name).utf8).write(to: URL(filePath: "\(directory)/\(name.playlist)"))
        try? Data("segment of \(name)".utf8).write(to: URL(filePath: "\(directory)/\(name.segment(0))"))
    }

    private func read(_ name: String) throws -> String? {
        try files.openLesson(at: lesson)?.read(name).map { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: What happens

    private func enqueue() throws -> TaskID {
        let filename = try #require(Filename("film.mp4"))
        let new = NewJob(
            renditionsOf: lesson, source: "originals/t/c/m/l/film.mp4", filename: filename,
            ladder: .standard, duration: 4, film: ByteCount(1 << 20))
        #expect(try outbox.database.jobs.addRenditions(new, now: outbox.time.now))
        return new.id
    }

    private func run(
        minFreeBytes: Int = 0, _ make: @escaping FakeMaker.Body
    ) throws {
        let claimed = try outbox.database.jobs.claim(
            worker: "w", lease: .seconds(30), now: outbox.time.now
        ) { _ in nil }
        let service = try outbox.conversions(
            files, minFreeBytes: ByteCount(minFreeBytes), renditionMaker: FakeMaker(body: make))
        RenditionRun(
            attempt: Attempt(job: try #require(claimed), worker: "w", service: service, stop: outbox.stop)
        ).run()
    }

    private func job(_ id: TaskID) throws -> Job { try #require(try outbox.database.jobs.job(id)) }

    private var works: Set<String> {
        get throws {
            Set(try FileManager.default.contentsOfDirectory(atPath: files.absolutePath("hls/.renditions")))
        }
    }

    @Test func `A lesson gets the renditions that were made, each with a key of its own`() throws {
        let id = try enqueue()
        let version = try files.openLesson(at: lesson)?.version
        let keys = Mutex<[RenditionName: ContentKey]>([:])
        try run { [self] (order, watch) in
            keys.withLock { $0 = order.keys }
            watch.planned([PlannedRendition(name: second, width: 768, height: 432, frameRate: 30)])
            write(second, into: order.directory)
            return result([.first, second])
        }
        #expect(try job(id).status == .completed)
        #expect(try files.openLesson(at: lesson)?.version == version)
        let text = try #require(try read("output.m3u8"))
        #expect(text.contains("r0.m3u8") && text.contains("r1.m3u8") && text.contains("RESOLUTION=768x432"))
        #expect(try read("r1_000.ts") == "segment of r1")
        #expect(try read("r0.m3u8") == playlist(of: .first))
        let facts = RenditionFacts(reading: Array(try #require(try read("renditions.json")).utf8))
        #expect(facts?.renditions.map(\.name) == [.first, second])
        let made = keys.withLock { $0 }
        #expect(try files.openLesson(at: lesson)?.read("enc-r1.key") == made[second]?.bytes)
        #expect(Set(made.values.map(\.bytes)).count == made.count)
        #expect(made[.first]?.bytes == [UInt8](repeating: 1, count: 16))
        #expect(try works.isEmpty)
    }

    @Test func `They are made of the original, and of the lesson's segments where it is gone`() throws {
        let sources = Mutex<[RenditionsOrder.Source]>([])
        let make: FakeMaker.Body = { [self] (order, _) in
            sources.withLock { $0.append(order.source) }
            return result([.first])
        }
        _ = try enqueue()
        try run(make)
        let original = files.absolutePath("originals/t/c/m/l/film.mp4")
        try FileManager.default.createDirectory(
            atPath: files.absolutePath("originals/t/c/m/l"), withIntermediateDirectories: true)
        try Data("film".utf8).write(to: URL(filePath: original))
        _ = try enqueue()
        try run(make)
        #expect(sources.withLock { $0 } == [.segments, .file(original)])
        #expect(try read("output.m3u8") == playlist(of: .first))
    }

    @Test func `An attempt that is taken up again has the same keys, and what was finished`() throws {
        let id = try enqueue()
        let keys = Mutex<[[RenditionName: ContentKey]]>([])
        try run { [self] (order, _) in
            keys.withLock { $0.append(order.keys) }
            write(second, into: order.directory)
            throw MediaError(.crashed, "It died.", operation: "test")
        }
        #expect(try job(id).status == .queued)
        try run { [self] (order, _) in
            keys.withLock { $0.append(order.keys) }
            #expect(FileManager.default.fileExists(atPath: "\(order.directory)/r1_000.ts"))
            return result([.first, second])
        }
        #expect(try job(id).status == .completed)
        let both = keys.withLock { $0.map { $0.mapValues(\.bytes) } }
        #expect(both.count == 2 && both[0] == both[1])
    }

    @Test func `One that died after it had added them has nothing left to do`() throws {
        _ = try enqueue()
        try run { [self] (order, _) in
            write(second, into: order.directory)
            return result([.first, second])
        }
        let playlist = try read("output.m3u8")
        let again = try enqueue()
        try run { (_, _) in
            Issue.record("they were made again")
            throw MediaError(.internal, "", operation: "test")
        }
        #expect(try job(again).status == .completed)
        #expect(try read("output.m3u8") == playlist)
        #expect(try works.isEmpty)
    }

    @Test func `It gives way to a conversion that waits, and the attempt does not count`() throws {
        let id = try enqueue()
        try run { [self] (order, watch) in
            write(second, into: order.directory)
            _ = try? outbox.database.jobs.enqueue(try newJob("t2/c/m/l"), now: outbox.time.now)
            #expect(watch.cancellation?.wait(milliseconds: 30_000) == true)
            throw MediaError(.cancelled, "It was cancelled.", operation: "test")
        }
        let job = try job(id)
        #expect((job.status, job.attempts) == (.queued, 0))
        #expect(try works == ["\(id)"])
    }

    @Test func `A lesson that is replaced meanwhile gets nothing of the older film`() throws {
        let id = try enqueue()
        try run { [self] (order, _) in
            write(second, into: order.directory)
            try? publish("newer")
            return result([.first, second])
        }
        #expect(try job(id).status == .failed)
        #expect(try read("segment_000.ts") == "newer")
        #expect(try read("r1_000.ts") == nil)
        #expect(try works.isEmpty)
    }

    @Test func `A lesson that is deleted meanwhile stays away`() throws {
        let id = try enqueue()
        try run { [self] (order, _) in
            write(second, into: order.directory)
            _ = try? outbox.database.jobs.cancelAll(lesson, now: outbox.time.now) {
                try files.removeLesson(at: lesson)
            }
            return result([.first, second])
        }
        #expect(try job(id).error == .cancelled)
        #expect(try files.openLesson(at: lesson) == nil)
        #expect(try works.isEmpty)
    }

    @Test func `A copy that gives way is not in the playlist, and stays until its viewers have ended`() throws
    {
        _ = try enqueue()
        try run { [self] (order, _) in
            write(second, into: order.directory)
            return result([second], firstGivesWay: true)
        }
        let text = try #require(try read("output.m3u8"))
        #expect(text.contains("r1.m3u8") && !text.contains("r0.m3u8"))
        #expect(try read("segment_000.ts") == "one")
        let facts = RenditionFacts(reading: Array(try #require(try read("renditions.json")).utf8))
        #expect(facts?.renditions.map(\.name) == [second] && facts?.retired.map(\.name) == [.first])
        var sweep = RetirementSweep(files: files, limit: 21_600)
        #expect(try sweep.run(now: outbox.time.now, steadySeconds: .max) == [])
        // The film lasts four seconds.
        #expect(try sweep.run(now: outbox.time.now.adding(seconds: 6), steadySeconds: .max) == [lesson])
        #expect(try read("segment_000.ts") == nil && read("enc.key") == nil)
        #expect(try read("r1_000.ts") == "segment of r1")
    }

    // MARK: What is refused

    @Test func `Below the floor nothing begins, and no attempt counts`() throws {
        let id = try enqueue()
        try run(minFreeBytes: 1 << 50) { (_, _) in
            Issue.record("it began")
            throw MediaError(.internal, "", operation: "test")
        }
        let job = try job(id)
        #expect((job.status, job.attempts) == (.queued, 0))
        #expect(job.error == .insufficientStorage)
    }

    @Test(arguments: [
        "playlist", "segment", "tag", "link", "pipe",
    ])
    func `What a converter leaves that no rendition has is not published`(fault: String) throws {
        let id = try enqueue()
        try run { [self] (order, _) in
            write(second, into: order.directory)
            let playlist = "\(order.directory)/r1.m3u8"
            let segment = "\(order.directory)/r1_000.ts"
            switch fault {
            case "playlist": unlink(playlist)
            case "segment": unlink(segment)
            case "tag":
                try? Data("#EXTM3U\n#EXT-X-KEY:METHOD=NONE\nevil.ts\n".utf8).write(
                    to: URL(filePath: playlist))
            case "link":
                unlink(segment)
                symlink("/etc/passwd", segment)
            default: mkfifo("\(order.directory)/r1_001.ts", 0o600)
            }
            return result([.first, second])
        }
        #expect(try job(id).error?.code == "invalid_output")
        #expect(try read("output.m3u8") == playlist(of: .first))
        #expect(try read("r1_000.ts") == nil)
        #expect(try works.isEmpty)
    }

    @Test func `Where nothing was worth keeping, the lesson stays as it is, and the job is done`() throws {
        let id = try enqueue()
        try run { [self] (_, _) in result([.first]) }
        #expect(try job(id).status == .completed)
        #expect(try read("output.m3u8") == playlist(of: .first))
        let facts = RenditionFacts(reading: Array(try #require(try read("renditions.json")).utf8))
        #expect(facts?.renditions.map(\.name) == [.first])
    }

    @Test func `A lesson that is gone fails the job for good`() throws {
        let id = try enqueue()
        try files.removeLesson(at: lesson)
        try run { (_, _) in throw MediaError(.internal, "", operation: "test") }
        #expect(try job(id).error?.code == "lesson_gone")
    }

    @Test func `A lesson that another program wrote is left as it is, and the job fails for good`() throws {
        let id = try enqueue()
        try FileManager.default.removeItem(atPath: files.absolutePath("hls/t/c/m/l/.version"))
        try run { (_, _) in throw MediaError(.internal, "", operation: "test") }
        #expect(try job(id).error?.code == "lesson_foreign")
        #expect(try works.isEmpty)
    }

    @Test func `What is left of a task that is over goes with the next look at the table`() throws {
        let id = try enqueue()
        try run { [self] (order, _) in
            write(second, into: order.directory)
            throw MediaError(.crashed, "It died.", operation: "test")
        }
        let look = UploadReconciliation(
            database: outbox.database, files: files,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        look.run()
        #expect(try works == ["\(id)"])
        _ = try outbox.database.jobs.cancelAll(lesson, now: outbox.time.now) {}
        look.run()
        #expect(try works.isEmpty)
    }

    // MARK: Callbacks

    @Test func `That a lesson has its renditions is told where the settings ask for it`() throws {
        let id = try enqueue()
        let job = try job(id)
        let events = CallbackComposer(defaultURL: "https://a.example/c", events: [.renditions])
        let body = events.renditions(of: job, duration: 4).map { String(decoding: $0.body, as: UTF8.self) }
        #expect(body?.hasPrefix(#"{"status":"renditions_ready","#) == true)
        #expect(CallbackComposer(defaultURL: "https://a.example/c").renditions(of: job, duration: 4) == nil)
    }

    @Test func `Nobody is told that they failed: the lesson can be watched`() throws {
        let composer = CallbackComposer(defaultURL: "https://a.example/c", events: [.renditions])
        let id = try enqueue()
        #expect(composer.failure(of: try job(id), .converterCrashed) == nil)
    }
}
