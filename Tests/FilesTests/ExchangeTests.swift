import Domain
import Foundation
import Testing

@testable import Files

/// A lesson that was set aside while another took its place, and a crash in the middle.
@Suite struct ExchangeTests {
    let fixture: Fixture
    let lesson: LessonLocation
    var tree: DataDirectory { fixture.tree }

    init() throws {
        fixture = try Fixture()
        lesson = try location("t/c/m/l")
    }

    private func publish() throws {
        try fixture.publish("old", lesson)
    }

    private func setAside() throws {
        try tree.makeParents(of: tree.absolutePath("hls/.aside/t/c/m/l"))
        try FileSystem.move(tree.hlsPath(lesson), to: tree.absolutePath("hls/.aside/t/c/m/l"))
    }

    @Test func `A lesson that was set aside comes back with the next start`() throws {
        try publish()
        try setAside()
        #expect(!tree.hasLesson(at: lesson))
        #expect(try tree.sweep().contains("hls/.aside/t/c/m/l"))
        #expect(try fixture.text("hls/t/c/m/l/segment_000.ts") == "old")
        #expect(!fixture.exists("hls/.aside/t/c/m/l"))
    }

    /// Where a directory cannot be moved as a whole its playlist goes first.
    @Test func `One that was moved in part is put together`() throws {
        try publish()
        try tree.makeParents(of: tree.absolutePath("hls/.aside/t/c/m/l/x"))
        for name in ["output.m3u8", "segment_000.ts"] {
            try FileSystem.rename(
                "\(tree.hlsPath(lesson))/\(name)", tree.absolutePath("hls/.aside/t/c/m/l/\(name)"))
        }
        _ = try tree.sweep()
        #expect(
            try fixture.names("hls/t/c/m/l").isSuperset(of: [
                "output.m3u8", "segment_000.ts", "segment_001.ts",
            ]))
        #expect(!fixture.exists("hls/.aside/t/c/m/l"))
    }

    @Test func `One that was replaced before the crash is removed`() throws {
        try publish()
        try setAside()
        try fixture.publish("new", lesson)
        _ = try tree.sweep()
        #expect(try fixture.text("hls/t/c/m/l/segment_000.ts") == "new")
        #expect(!fixture.exists("hls/.aside/t/c/m/l"))
    }

    @Test func `One that was deleted meanwhile does not come back`() throws {
        try publish()
        try setAside()
        try tree.removeLesson(at: lesson)
        _ = try tree.sweep()
        #expect(!tree.hasLesson(at: lesson))
    }

    @Test func `A reader waits for a lesson that is set aside`() throws {
        #expect(!tree.waitWhileAside(lesson))
        try publish()
        try setAside()
        let tree = tree
        let back = Thread { _ = try? tree.sweep() }
        back.start()
        #expect(try tree.openLesson(at: lesson) != nil)
    }

    @Test func `A lesson that cannot be replaced stays, and leaves nothing aside`() throws {
        try publish()
        // What is renamed is missing, after the old one was set aside.
        #expect(throws: FileError.self) {
            try tree.replaceAside(tree.absolutePath("hls/.staging/missing"), at: lesson)
        }
        #expect(try fixture.text("hls/t/c/m/l/output.m3u8") == "old")
        #expect(try fixture.names("hls/.aside").isEmpty)
    }

    @Test func `What a crash left aside is not mixed with the lesson that is there`() throws {
        try publish()
        try setAside()
        try fixture.publish("present", lesson)
        try fixture.write("old", to: "hls/.aside/t/c/m/l/segment_009.ts")
        let staging = try fixture.stage("new")
        #expect(try tree.replaceAside(staging.path, at: lesson))
        #expect(try fixture.text("hls/t/c/m/l/output.m3u8") == "new")
        #expect(try fixture.names("hls/.aside").isEmpty)
        #expect(!FileManager.default.fileExists(atPath: "\(staging.path)/segment_009.ts"))
    }

    @Test func `Whether two names can be exchanged is tried, and nothing of it stays`() throws {
        #expect(fixture.tree.canExchange == true)
        #expect(try fixture.names("hls").filter { $0.hasPrefix(".exchange") }.isEmpty)
        #expect(DataDirectory.canExchange(in: "/nonexistent") == nil)
    }
}
