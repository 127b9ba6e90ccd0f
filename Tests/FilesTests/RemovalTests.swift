import Domain
import Foundation
import Testing

@testable import Files

@Suite struct RemovalTests {
    let fixture: Fixture
    var tree: DataDirectory { fixture.tree }

    init() throws {
        fixture = try Fixture()
    }

    @Test func aRemovedLessonIsGoneWithItsOriginalAndAgainIsFineButUploadsStay() throws {
        let lesson = try location("t/c/m/l")
        let upload = try fixture.upload("film", task: newTask(), lesson)
        try tree.keepOriginal(upload, of: lesson, as: #require(Filename("Leçon 1.mp4")))
        try fixture.publish("one", lesson)
        try fixture.publish("other", location("t/c/m/l2"))
        for _ in 0..<2 {
            try tree.removeLesson(at: lesson)
            for path in ["hls/t/c/m/l", "originals/t/c/m/l"] { #expect(!fixture.exists(path)) }
        }
        #expect(fixture.exists(upload))
        #expect(fixture.exists("hls/t/c/m/l2/enc.key"))
        #expect(try fixture.names("hls/.trash").isEmpty)
    }

    @Test func aFlatVideoIsRemovedAloneFromAmongItsUsersFiles() throws {
        let video = try location("u/film")
        try fixture.publish("one", video)
        try fixture.write("a", to: "originals/u/film.mp4")
        try fixture.write("b", to: "originals/u/other.mp4")
        try fixture.write("raw", to: "uploads/u/film/older.mp4")
        try tree.removeLesson(at: video, original: Filename("film.mp4"))
        #expect(!fixture.exists("hls/u/film"))
        #expect(try fixture.names("originals/u") == ["other.mp4"])
        #expect(fixture.exists("uploads/u/film/older.mp4"))
    }

    @Test func aSweepTakesLeftoversAndLeavesWhatIsBeingWorkedOn() throws {
        try fixture.write("dead", to: "uploads/.staging/leftover")
        try fixture.write("dead", to: "hls/.staging/\(newTask()).abc/segment_000.ts")
        try fixture.write("dead", to: "hls/.trash/xyz/enc.key")
        try fixture.link("hls/.trash/link", to: tree.absolutePath("state"))
        let file = try tree.makeStagingFile()
        let directory = try tree.makeStagingDirectory(task: newTask())
        #expect(try tree.sweep().count == 4)
        #expect(FileManager.default.fileExists(atPath: file.path))
        #expect(FileManager.default.fileExists(atPath: directory.path))
        #expect(fixture.exists("state"))
        #expect(try tree.sweep().isEmpty)
    }
}
