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

    @Test func aLessonThatWasSetAsideComesBackWithTheNextStart() throws {
        try publish()
        try setAside()
        #expect(!tree.hasLesson(at: lesson))
        #expect(try tree.sweep().contains("hls/.aside/t/c/m/l"))
        #expect(try fixture.text("hls/t/c/m/l/segment_000.ts") == "old")
        #expect(!fixture.exists("hls/.aside/t/c/m/l"))
    }

    /// Where a directory cannot be moved as a whole its playlist goes first.
    @Test func oneThatWasMovedInPartIsPutTogether() throws {
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

    @Test func oneThatWasReplacedBeforeTheCrashIsRemoved() throws {
        try publish()
        try setAside()
        try fixture.publish("new", lesson)
        _ = try tree.sweep()
        #expect(try fixture.text("hls/t/c/m/l/segment_000.ts") == "new")
        #expect(!fixture.exists("hls/.aside/t/c/m/l"))
    }

    @Test func oneThatWasDeletedMeanwhileDoesNotComeBack() throws {
        try publish()
        try setAside()
        try tree.removeLesson(at: lesson)
        _ = try tree.sweep()
        #expect(!tree.hasLesson(at: lesson))
    }

    @Test func whoLooksForALessonThatIsSetAsideLooksAgain() throws {
        #expect(!tree.waitWhileAside(lesson))
        try publish()
        try setAside()
        #expect(tree.waitWhileAside(lesson))
    }
}
