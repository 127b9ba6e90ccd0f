import Database
import Domain
import Files
import Foundation
import Formats
import MemoryDatabase
import Testing

@testable import Conversion

@Suite struct MissingRenditionsTests {
    private let database = MemoryDatabase()
    private let folder: URL
    private let files: DataDirectory

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "focust-missing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        files = try DataDirectory(creatingAt: folder.appending(path: "data").path)
    }

    private func publish(_ rel: String, playlist: String? = nil) throws -> LessonLocation {
        let location = try #require(LessonLocation(rel))
        let staging = try files.makeStagingDirectory(
            task: TaskID(random: (.random(in: 0 ... .max), .random(in: 0 ... .max))))
        let segments = [MediaPlaylist.Segment(name: "segment_000.ts", duration: .seconds(90))]
        let text =
            playlist
            ?? String(
                decoding: MediaPlaylist(segments: segments, targetDuration: .seconds(6)).serialized(),
                as: UTF8.self)
        try Data(text.utf8).write(to: URL(filePath: "\(staging.path)/output.m3u8"))
        try staging.writeKey([UInt8](repeating: 1, count: 16))
        try staging.sync()
        try staging.publish(as: location)
        return location
    }

    private func put(_ relative: String) throws {
        let url = URL(filePath: files.absolutePath(relative))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("film".utf8).write(to: url)
    }

    private var search: MissingRenditions {
        MissingRenditions(
            files: files, database: database, ladder: .standard, now: Timestamp(seconds: 1_700_000_000))
    }

    private func job(_ location: LessonLocation) throws -> Job? {
        try database.jobs.renditions(of: location)
    }

    @Test func `Every lesson that has one rendition is queued, of both layouts, once`() throws {
        let deep = try publish("t/c/m/l")
        let flat = try publish("anna/intro")
        var found: [LessonLocation: MissingRenditions.Outcome] = [:]
        try search.run { found[$0] = $1 }
        #expect(found == [deep: .queued, flat: .queued])
        try search.run { found[$0] = $1 }
        #expect(found == [deep: .busy, flat: .busy])
    }

    @Test func `They are made of the one original that there is`() throws {
        let location = try publish("t/c/m/l")
        try put("originals/t/c/m/l/Leçon 1.mov")
        #expect(try search.queue(location) == .queued)
        #expect(try job(location)?.sourcePath == "originals/t/c/m/l/Leçon 1.mov")
        #expect(try job(location)?.filename.value == "Leçon 1.mov")
    }

    @Test
    func `They are made of the lesson's segments where the original is gone, or it is not clear which it is`()
        throws
    {
        let lost = try publish("t/c/m/lost")
        let flat = try publish("anna/intro")
        for name in ["a.mp4", "b.mp4"] { try put("originals/anna/\(name)") }
        for location in [lost, flat] {
            #expect(try search.queue(location) == .queued)
            #expect(try job(location)?.sourcePath == "")
        }
    }

    @Test func `A lesson that has several is left alone, and so is one that is none`() throws {
        let several = try publish("t/c/m/l", playlist: "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nr0.m3u8\n")
        let broken = try publish("t/c/m/broken", playlist: "#EXTM3U\n")
        let nowhere = try #require(LessonLocation("t/c/m/nowhere"))
        #expect(try search.queue(several, isForced: true) == .present)
        #expect(try search.queue(broken) == .unreadable)
        #expect(try search.queue(nowhere) == .missing)
        try FileManager.default.removeItem(atPath: files.absolutePath("hls/t/c/m/broken/.version"))
        #expect(try search.queue(broken) == .foreign)
        #expect(try job(several) == nil && job(broken) == nil && job(nowhere) == nil)
    }

    @Test func `Where none was worth keeping they are tried again by name alone`() throws {
        let location = try publish("t/c/m/l")
        #expect(try search.queue(location) == .queued)
        let now = Timestamp(seconds: 1_700_000_001)
        let claimed = try database.jobs.claim(worker: "w", lease: .seconds(30), now: now) { _ in nil }
        let id = try #require(claimed).id
        #expect(try database.jobs.finish(id, worker: "w", duration: 90, callback: nil, now: now) {})
        #expect(try search.queue(location) == .complete)
        #expect(try search.queue(location, isForced: true) == .queued)
    }

    @Test func `What they may take is reserved by their rates, and by the film where it has few bits`() {
        let bits = (2_200_000 + 800_000 + 85_000 + 5_000_000 + 4 * 200_000) * 90
        let ladder = Ladder.standard
        #expect(ladder.bytes(duration: 90, film: ByteCount(1 << 30)).bytes == bits / 8)
        #expect(ladder.bytes(duration: 90, film: ByteCount(1 << 20)).bytes == 2 << 20)
        #expect(ladder.bytes(duration: .infinity, film: ByteCount(1 << 20)).bytes == 2 << 20)
    }
}
