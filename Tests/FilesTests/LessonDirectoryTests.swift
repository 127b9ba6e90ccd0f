import Domain
import Foundation
import Testing

@testable import Files

@Suite struct LessonDirectoryTests {
    let fixture: Fixture
    var tree: DataDirectory { fixture.tree }

    init() throws {
        fixture = try Fixture()
    }

    private func version(_ path: String) throws -> String? {
        guard let lesson = try tree.openLesson(at: location(path)) else { return nil }
        return lesson.version
    }

    @Test func nothingIsNil() throws {
        #expect(try version("t/c/m/l") == nil)
        #expect(try !tree.hasLesson(at: location("t/c/m/l")))
        try fixture.publish("one", location("t/c/m/l"))
        let lesson = try fixture.open("t/c/m/l")
        #expect(try lesson.read("segment_999.ts") == nil)
        #expect(try lesson.read("enc.key") == Array("one".utf8))
    }

    @Test func theVersionChangesWithEveryReplacementAndAtNoOtherTime() throws {
        var seen: Set<String> = []
        for mark in 0..<50 {
            try fixture.publish("\(mark)", location("t/c/m/l"))
            let version = try #require(try self.version("t/c/m/l"))
            #expect(seen.insert(version).inserted)
            try fixture.publish("neighbour \(mark)", location("t/c/m/l2"))
            #expect(try self.version("t/c/m/l") == version)
        }
    }

    @Test func onlyThePresentVersionHasAPath() throws {
        let place = try location("t/c/m/l")
        try fixture.publish("one", place)
        let first = try #require(try version("t/c/m/l"))
        let path = try #require(tree.versionedPath(of: "segment_000.ts", at: place, version: first[...]))
        #expect(path == (try fixture.open("t/c/m/l")).relativePath(of: "segment_000.ts"))
        #expect(try fixture.text(path) == "one")
        try fixture.publish("two", place)
        #expect(tree.versionedPath(of: "segment_000.ts", at: place, version: first[...]) == nil)
    }

    @Test(arguments: ["", "0", "..", ".", "/", "../../l2", "A", "0123456789abcd", "%2e"])
    func whatIsNoVersionHasNoPath(text: String) throws {
        try fixture.publish("one", location("t/c/m/l"))
        let place = try location("t/c/m/l")
        #expect(tree.versionedPath(of: "segment_000.ts", at: place, version: text[...]) == nil)
    }

    @Test func aMissingFileADirectoryOrALinkHasNoVersionedPath() throws {
        let place = try location("t/c/m/l")
        try fixture.publish("one", place)
        let lesson = try fixture.open("t/c/m/l")
        try fixture.link(lesson.relativePath(of: "linked.ts"), to: "/etc/passwd")
        try fixture.write("", to: lesson.relativePath(of: "directory.ts/file"))
        for name in ["segment_999.ts", "linked.ts", "directory.ts"] {
            #expect(tree.versionedPath(of: name, at: place, version: lesson.version[...]) == nil)
        }
    }

    @Test func aTreeOfThePredecessorIsReadAsItLies() throws {
        try fixture.write("#EXTM3U", to: "hls/u/v/output.m3u8")
        let lesson = try fixture.open("u/v")
        #expect(try lesson.read("output.m3u8") == Array("#EXTM3U".utf8))
        #expect(try version("u/v") == lesson.version)
    }

    @Test func factsCountWhatIsThere() throws {
        try fixture.publish("12345", location("t/c/m/l"))
        let lesson = try fixture.open("t/c/m/l")
        let facts = try lesson.facts()
        #expect(facts.bytes == ByteCount(20) && facts.segments == 2 && facts.publishedAt != nil)
    }

    @Test(arguments: ["", "t", "t/c", "t/c/m", "t/c/m/l"])
    func aLinkAnywhereOnTheWayLeadsNowhere(linked: String) throws {
        try fixture.publish("secret", location("t/c/m/l"))
        let directory = linked.isEmpty ? "hls" : "hls/\(linked)"
        let moved = fixture.outside.appending(path: "moved").path
        try FileManager.default.moveItem(atPath: tree.absolutePath(directory), toPath: moved)
        try fixture.link(directory, to: moved)
        #expect(try version("t/c/m/l") == nil)
    }

    @Test(arguments: ["/etc/passwd", "../m/l/enc.key", "../../../../../state/focust.db"])
    func aLinkInPlaceOfAFileLeadsNowhere(target: String) throws {
        try fixture.publish("one", location("t/c/m/l"))
        try fixture.link("hls/t/c/m/l/planted", to: target)
        let lesson = try fixture.open("t/c/m/l")
        #expect(try lesson.read("planted") == nil)
    }

    @Test(arguments: ["../l2/enc.key", "..", "/etc/passwd", "./../../m/l2/output.m3u8"])
    func aNameCannotLeaveTheLesson(name: String) throws {
        try fixture.publish("one", location("t/c/m/l"))
        try fixture.publish("two", location("t/c/m/l2"))
        let lesson = try fixture.open("t/c/m/l")
        #expect((try? lesson.read(name)) ?? nil == nil)
    }

    @Test func aNamedPipeOrAGiantIsRefusedAndBlocksNobody() throws {
        try fixture.publish("one", location("t/c/m/l"))
        #expect(mkfifo(tree.absolutePath("hls/t/c/m/l/pipe"), 0o644) == 0)
        try fixture.write("", to: "hls/t/c/m/l/giant")
        #expect(truncate(tree.absolutePath("hls/t/c/m/l/giant"), 5 << 20) == 0)
        for name in ["pipe", "giant"] {
            let lesson = try fixture.open("t/c/m/l")
            #expect(throws: FileError.self) { try lesson.read(name) }
        }
    }
}
