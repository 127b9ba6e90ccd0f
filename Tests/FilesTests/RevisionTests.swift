import Domain
import Foundation
import Testing

@testable import Files

/// A published lesson gets more renditions under the same version.
@Suite struct RevisionTests {
    static let multivariant = """
        #EXTM3U
        #EXT-X-STREAM-INF:BANDWIDTH=1
        r1.m3u8
        #EXT-X-STREAM-INF:BANDWIDTH=2
        r0.m3u8

        """

    let fixture: Fixture
    let lesson: LessonLocation
    let task = newTask()
    let first: RenditionName = .first
    let second: RenditionName
    var tree: DataDirectory { fixture.tree }

    init() throws {
        fixture = try Fixture()
        lesson = try location("t/c/m/l")
        second = try #require(RenditionName(number: 1))
        try fixture.publish("#EXTM3U first", lesson)
    }

    private func open() throws -> LessonDirectory { try fixture.open("t/c/m/l") }

    private func work() throws -> RenditionWork {
        let version = try open().version
        guard let work = try tree.openRenditionWork(of: task, at: lesson, version: version) else {
            throw CocoaError(.fileLocking)
        }
        return work
    }

    /// What a converter would leave.
    private func fill(_ work: borrowing RenditionWork, _ mark: String = "second") throws {
        for name in ["r1.m3u8", "r1_000.ts", "r1_001.ts"] {
            try Data(mark.utf8).write(to: URL(filePath: "\(work.filesPath)/\(name)"))
        }
        try work.writeKeys([second: Array(mark.utf8)])
    }

    private func prepare(
        _ work: borrowing RenditionWork, playlist: String = RevisionTests.multivariant
    ) throws -> LessonRevision? {
        try work.prepare(
            try #require(try work.fileNames()), keys: [second], playlist: Array(playlist.utf8),
            facts: Array("{}".utf8))
    }

    private func isPrepared(_ work: borrowing RenditionWork) throws -> Bool {
        let revision = try prepare(work)
        return revision != nil
    }

    private func revise(retiring: [(RenditionName, Retirement)] = []) throws {
        let work = try work()
        try fill(work)
        guard let revision = try prepare(work) else { throw CocoaError(.fileNoSuchFile) }
        #expect(try revision.publish(retiring: retiring))
        try work.remove()
    }

    /// Every file that a player of the first playlist may still ask for.
    private func oldFiles() throws -> [String] {
        let lesson = try open()
        return try ["segment_000.ts", "segment_001.ts", "enc.key"].map { name in
            String(decoding: try #require(try lesson.read(name)), as: UTF8.self)
        }
    }

    @Test func `A lesson gets renditions, and keeps its version and every file that it had`() throws {
        let (version, old) = try (open().version, oldFiles())
        try revise()
        #expect(try open().version == version)
        #expect(try oldFiles() == old)
        #expect(try fixture.text("hls/t/c/m/l/output.m3u8") == Self.multivariant)
        #expect(try fixture.text("hls/t/c/m/l/r0.m3u8") == "#EXTM3U first")
        #expect(try fixture.text("hls/t/c/m/l/r1.m3u8") == "second")
        #expect(try fixture.text("hls/t/c/m/l/enc-r1.key") == "second")
        #expect(try fixture.text("hls/t/c/m/l/renditions.json") == "{}")
        #expect(tree.versionedPath(of: "r1_001.ts", at: lesson, version: version[...]) != nil)
        #expect(try open().namedRenditions() == [first, second])
    }

    @Test func `nginx may read the new files, but neither keys nor facts, and finds no second way to them`()
        throws
    {
        try revise()
        let version = try open().version
        for name in ["output.m3u8", "r0.m3u8", "r1.m3u8", "r1_000.ts", ".v-\(version)/r1_000.ts"] {
            #expect(try fixture.mode("hls/t/c/m/l/\(name)") == 0o644, "\(name)")
        }
        for name in ["enc.key", "enc-r1.key", "renditions.json"] {
            #expect(try fixture.mode("hls/t/c/m/l/\(name)") == 0o600, "\(name)")
        }
        #expect(try fixture.mode("hls/.renditions") == 0o700)
        let inner = try fixture.names("hls/t/c/m/l/.v-\(version)")
        #expect(inner == ["segment_000.ts", "segment_001.ts", "r1_000.ts", "r1_001.ts"])
    }

    @Test func `When it was published is told as before, and how many segments it has`() throws {
        let path = tree.absolutePath("hls/t/c/m/l/output.m3u8")
        let date = Date(timeIntervalSince1970: 1_700_000_000)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
        try revise()
        let facts = try open().facts()
        #expect(facts.publishedAt == Timestamp(seconds: 1_700_000_000))
        #expect(facts.segments == 2)
    }

    @Test func `Until it is published nobody is shown a new rendition`() throws {
        let work = try work()
        try fill(work)
        let revision = try prepare(work)
        let isPrepared = revision != nil
        #expect(isPrepared)
        #expect(try fixture.text("hls/t/c/m/l/output.m3u8") == "#EXTM3U first")
        #expect(try open().namedRenditions() == [first])
    }

    @Test func `Nothing is published over a lesson that was replaced after it was prepared`() throws {
        let work = try work()
        try fill(work)
        guard let revision = try prepare(work) else { throw CocoaError(.fileNoSuchFile) }
        try fixture.publish("#EXTM3U newer", lesson)
        #expect(try !revision.publish())
        try work.remove()
        #expect(try fixture.text("hls/t/c/m/l/output.m3u8") == "#EXTM3U newer")
        #expect(!fixture.exists("hls/t/c/m/l/r1_000.ts") && !fixture.exists("hls/t/c/m/l/enc-r1.key"))
        #expect(try fixture.names("hls/.renditions").isEmpty)
    }

    @Test func `A lesson of another version is not prepared, nor one that was deleted`() throws {
        let work = try work()
        try fill(work)
        try fixture.publish("#EXTM3U newer", lesson)
        #expect(try !isPrepared(work))
        try tree.removeLesson(at: lesson)
        #expect(try !isPrepared(work))
        #expect(!fixture.exists("hls/t/c/m/l"))
    }

    // MARK: Crashes

    /// Prepares a revision and dies.
    private func die() throws {
        let work = try work()
        try fill(work)
        _ = try prepare(work)
    }

    @Test func `What a crash left in the lesson goes with the next start, and the work stays`() throws {
        let before = try fixture.names("hls/t/c/m/l")
        try die()
        #expect(fixture.exists("hls/t/c/m/l/r1_000.ts"))
        #expect(try tree.sweep() == ["hls/.renditions/\(task)"])
        #expect(try fixture.names("hls/t/c/m/l") == before)
        #expect(
            try fixture.names("hls/t/c/m/l/.v-\(open().version)") == ["segment_000.ts", "segment_001.ts"])
        let again = try work()
        #expect(try again.fileNames() == ["r1.m3u8", "r1_000.ts", "r1_001.ts"])
        #expect(try again.key(of: second) == Array("second".utf8))
        guard let revision = try prepare(again) else { throw CocoaError(.fileNoSuchFile) }
        #expect(try revision.publish())
    }

    @Test func `An attempt after a crash needs no sweep in between`() throws {
        try die()
        try revise()
        #expect(try fixture.text("hls/t/c/m/l/output.m3u8") == Self.multivariant)
        #expect(try tree.sweep().isEmpty)
    }

    @Test func `A crash after the playlist has changed takes nothing back`() throws {
        let work = try work()
        try fill(work)
        guard let revision = try prepare(work) else { throw CocoaError(.fileNoSuchFile) }
        #expect(try revision.publish())
        _ = try work.withdraw()
        for name in ["r0.m3u8", "r1.m3u8", "r1_000.ts", "enc-r1.key", "renditions.json"] {
            #expect(fixture.exists("hls/t/c/m/l/\(name)"), "\(name)")
        }
    }

    @Test func `What another process works on stays`() throws {
        let work = try work()
        try fill(work)
        let revision = try prepare(work)
        let isPrepared = revision != nil
        #expect(isPrepared)
        #expect(try tree.sweep().isEmpty)
        #expect(try !tree.removeRenditionWork(of: task))
        let another = try tree.openRenditionWork(of: task, at: lesson, version: work.version)
        let isLocked = another == nil
        #expect(isLocked)
        #expect(fixture.exists("hls/t/c/m/l/r1_000.ts"))
    }

    @Test func `What was made for a version that is gone is not taken up`() throws {
        try die()
        try fixture.publish("#EXTM3U newer", lesson)
        let work = try work()
        #expect(try work.fileNames() == [])
        #expect(try work.key(of: second) == nil)
    }

    @Test func `The work of a task that is over is removed, and what it had begun to add`() throws {
        try die()
        try fixture.write("", to: "hls/.renditions/README")
        #expect(try tree.renditionWorks() == [task])
        #expect(try tree.removeRenditionWork(of: task))
        #expect(try fixture.names("hls/.renditions") == ["README"])
        #expect(!fixture.exists("hls/t/c/m/l/r1_000.ts"))
    }

    // MARK: What may not be

    @Test func `A file that players know is never replaced`() throws {
        try revise()
        let work = try tree.openRenditionWork(of: newTask(), at: lesson, version: open().version)
        guard let work else { throw CocoaError(.fileLocking) }
        try fill(work, "evil")
        #expect(throws: FileError.self) { _ = try prepare(work) }
        #expect(try fixture.text("hls/t/c/m/l/r1_000.ts") == "second")
        #expect(try fixture.text("hls/t/c/m/l/enc-r1.key") == "second")
    }

    @Test(arguments: ["segment_000.ts", "output.m3u8", "poster.jpg"])
    func `Nor is one that is no rendition's`(name: String) throws {
        try fixture.write("old", to: "hls/t/c/m/l/\(name)")
        let work = try work()
        try Data("evil".utf8).write(to: URL(filePath: "\(work.filesPath)/\(name)"))
        #expect(throws: FileError.self) { _ = try prepare(work) }
        #expect(try fixture.text("hls/t/c/m/l/\(name)") == "old")
    }

    @Test func `A link among the converter's files is seen`() throws {
        let work = try work()
        try fill(work)
        try FileManager.default.createSymbolicLink(
            atPath: "\(work.filesPath)/r1_002.ts", withDestinationPath: "/etc/passwd")
        #expect(try work.fileNames() == nil)
    }

    // MARK: What goes with it

    @Test func `A lesson that is replaced keeps its renditions for those who watch them`() throws {
        try revise()
        let old = try open().version
        try fixture.publish(
            "#EXTM3U newer", lesson, keeping: Retirement(time: RetirementTests.start, tokenLife: 60),
            limit: 600)
        guard let kept = try tree.openRetired(old[...], of: lesson) else { throw CocoaError(.fileNoSuchFile) }
        for name in ["r0.m3u8", "r1.m3u8", "enc-r1.key", "r1_000.ts", "segment_000.ts"] {
            #expect(try kept.read(name) != nil, "\(name)")
        }
        #expect(tree.versionedPath(of: "r1_000.ts", at: lesson, version: old[...]) != nil)
    }

    @Test func `A deleted lesson leaves nothing of its renditions`() throws {
        try revise()
        try tree.removeLesson(at: lesson)
        #expect(!fixture.exists("hls/t/c/m/l"))
        #expect(try fixture.names("hls/.trash").isEmpty)
    }
}

/// A copy that an encoded rendition replaces stays for those who watch it.
@Suite struct RetiredRenditionTests {
    static let onlySecond = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nr1.m3u8\n"
    static let start = RetirementTests.start

    let fixture: Fixture
    let lesson: LessonLocation
    let second: RenditionName
    var tree: DataDirectory { fixture.tree }

    init() throws {
        fixture = try Fixture()
        lesson = try location("t/c/m/l")
        second = try #require(RenditionName(number: 1))
        try fixture.publish("#EXTM3U\nsegment_000.ts\nsegment_001.ts\n", lesson)
    }

    private func revise(naming playlist: String = RetiredRenditionTests.onlySecond) throws {
        let version = try fixture.open("t/c/m/l").version
        guard let work = try tree.openRenditionWork(of: newTask(), at: lesson, version: version) else {
            throw CocoaError(.fileLocking)
        }
        for name in ["r1.m3u8", "r1_000.ts"] {
            try Data("second".utf8).write(to: URL(filePath: "\(work.filesPath)/\(name)"))
        }
        try work.writeKeys([second: [1]])
        let revision = try work.prepare(
            try #require(try work.fileNames()), keys: [second], playlist: Array(playlist.utf8), facts: [])
        guard let revision else { throw CocoaError(.fileNoSuchFile) }
        #expect(try revision.publish(retiring: [(.first, Retirement(time: Self.start, tokenLife: 60))]))
        try work.remove()
    }

    private func sweep(after seconds: Int) throws -> Int {
        var sweep = RetirementSweep(files: tree, limit: 600)
        return try sweep.run(now: Timestamp(seconds: Self.start + seconds), steadySeconds: .max).count
    }

    private func left() throws -> Set<String> {
        try fixture.names("hls/t/c/m/l").filter {
            $0.contains("segment") || $0 == "enc.key" || $0 == "r0.m3u8"
        }
    }

    @Test func `It goes when the last token has ended, and not before`() throws {
        try revise()
        let version = try fixture.open("t/c/m/l").version
        #expect(try sweep(after: 59) == 0)
        #expect(try left() == ["segment_000.ts", "segment_001.ts", "enc.key", "r0.m3u8"])
        #expect(tree.versionedPath(of: "segment_000.ts", at: lesson, version: version[...]) != nil)
        #expect(try sweep(after: 60) == 1)
        #expect(try left() == [])
        #expect(tree.versionedPath(of: "segment_000.ts", at: lesson, version: version[...]) == nil)
        #expect(try fixture.text("hls/t/c/m/l/r1_000.ts") == "second")
        #expect(try fixture.open("t/c/m/l").version == version)
        #expect(try fixture.names("hls/.retired").subtracting([".lock"]) == [])
        #expect(try fixture.names("hls/.trash").isEmpty)
    }

    @Test func `One that the playlist names stays, whatever the list says`() throws {
        try revise(naming: RevisionTests.multivariant)
        #expect(try sweep(after: 1000) == 0)
        #expect(try left().count == 4)
        #expect(try fixture.names("hls/.retired").subtracting([".lock"]) == [])
    }

    @Test func `Segments with another program's names go too`() throws {
        try fixture.write("#EXTM3U\nfilm 1.ts?x\n/hls/film2.ts\n#c\n", to: "hls/t/c/m/l/output.m3u8")
        for name in ["film 1.ts", "film2.ts"] { try fixture.write("old", to: "hls/t/c/m/l/\(name)") }
        try revise()
        #expect(try sweep(after: 60) == 1)
        #expect(!fixture.exists("hls/t/c/m/l/film 1.ts") && !fixture.exists("hls/t/c/m/l/film2.ts"))
    }

    @Test func `The list of a lesson that was replaced since touches nothing of the new one`() throws {
        try revise()
        try fixture.publish("#EXTM3U\nsegment_000.ts\n", lesson)
        #expect(try sweep(after: 60) == 0)
        #expect(try left() == ["segment_000.ts", "segment_001.ts", "enc.key"])
        #expect(try fixture.names("hls/.retired").subtracting([".lock"]) == [])
    }

    @Test func `Room is made of it where the disk is full`() throws {
        try revise()
        let path = tree.absolutePath("hls/t/c/m/l/segment_000.ts")
        #expect(truncate(path, 1 << 40) == 0)
        let free = try tree.freeBytes()
        #expect(try tree.freeBytes(atBestFor: .max) > free + (1 << 40))
        _ = try tree.freeBytes(wanting: .max)
        #expect(try left() == [])
    }

    @Test func `It goes at once where the lesson's retired files must`() throws {
        try revise()
        try tree.removeRetired(of: lesson)
        #expect(try left() == [])
    }

    @Test(arguments: ["1+1.abc.r1.x", "1+1.abc.x", "1+1.abc.r99"])
    func `An entry that names no rendition is none`(name: String) {
        #expect(RetiredEntry(name) == nil)
    }
}
