import Domain
import Foundation
import Testing

@testable import Files

@Suite struct OriginalTests {
    let fixture: Fixture
    var tree: DataDirectory { fixture.tree }

    init() throws {
        fixture = try Fixture()
    }

    private func keep(_ text: String, _ path: String, as name: String) throws -> String {
        let upload = try fixture.upload(text, task: newTask(), location(path))
        try tree.keepOriginal(upload, of: location(path), as: #require(Filename(name)))
        return upload
    }

    @Test func aLessonHasOneOriginalUnderItsOwnName() throws {
        _ = try keep("one", "t/c/m/l", as: "Leçon 1.mp4")
        let upload = try keep("two", "t/c/m/l", as: "レッスン.mov")
        #expect(try fixture.names("originals/t/c/m/l") == ["レッスン.mov"])
        #expect(try fixture.text("originals/t/c/m/l/レッスン.mov") == "two")
        #expect(try fixture.text(upload) == "two")
        #expect(try fixture.mode("originals/t/c/m/l/レッスン.mov") == 0o644)
        let size = try tree.size(
            of: tree.originalPath(of: location("t/c/m/l"), #require(Filename("レッスン.mov"))))
        #expect(size == ByteCount(3))
    }

    @Test(arguments: ["t/c/m/l", "u/v"])
    func aRepeatedAttemptKeepsItAgain(path: String) throws {
        let upload = try keep("one", path, as: "a.mp4")
        try tree.keepOriginal(upload, of: location(path), as: #require(Filename("a.mp4")))
        let directory = tree.originalPath(of: try location(path), try #require(Filename("a.mp4"))).dropLast(6)
        #expect(try fixture.names(String(directory)) == ["a.mp4"])
    }

    @Test func filesOfAUserInTheFlatLayoutLieSideBySide() throws {
        _ = try keep("one", "u/a", as: "a.mp4")
        _ = try keep("two", "u/b", as: "b.mp4")
        #expect(try fixture.names("originals/u") == ["a.mp4", "b.mp4"])
    }

    @Test func anUploadThatIsGoneOrALinkIsRefusedAndTheOldOriginalStays() throws {
        _ = try keep("one", "t/c/m/l", as: "a.mp4")
        let name = try #require(Filename("b.mp4"))
        #expect(throws: FileError.self) {
            try tree.keepOriginal("uploads/t/c/m/l/gone.mp4", of: location("t/c/m/l"), as: name)
        }
        #expect(try fixture.names("originals/t/c/m/l") == ["a.mp4"])
        #expect(try tree.size(of: "originals/t/c/m/l/b.mp4") == nil)
    }

    private func keepFirst(_ text: String, _ path: String, as name: String) throws -> String {
        let upload = try fixture.upload(text, task: newTask(), location(path))
        try tree.keepFirstOriginal(upload, of: location(path), as: #require(Filename(name)))
        return upload
    }

    @Test(arguments: ["t/c/m/l", "u/v"])
    func theNewestUploadIsTheOriginalOfWhatWasNeverConverted(path: String) throws {
        _ = try keepFirst("one", path, as: "a.mp4")
        let directory = "originals/" + (path == "u/v" ? "u" : path)
        #expect(try fixture.text("\(directory)/a.mp4") == "one")
        _ = try keepFirst("two", path, as: "a.mp4")
        #expect(try fixture.text("\(directory)/a.mp4") == "two")
    }

    @Test(arguments: ["t/c/m/l", "u/v"])
    func theOriginalOfALessonStaysUntilItIsReplaced(path: String) throws {
        try fixture.publish("one", location(path))
        _ = try keep("one", path, as: "a.mp4")
        _ = try keepFirst("two", path, as: "a.mp4")
        _ = try keepFirst("three", "t/c/m/l", as: "b.mp4")
        let directory = "originals/" + (path == "u/v" ? "u" : path)
        #expect(try fixture.text("\(directory)/a.mp4") == "one")
    }

    @Test func aLessonWithoutAnOriginalGetsOneFromItsNextUpload() throws {
        try fixture.publish("one", location("t/c/m/l"))
        _ = try keepFirst("one", "t/c/m/l", as: "a.mp4")
        #expect(try fixture.names("originals/t/c/m/l") == ["a.mp4"])
    }

    @Test(arguments: ["t/c/m/l", "u/v"])
    func anUploadThatIsNotKeptTakesItsOriginalWithItAndNoOther(path: String) throws {
        _ = try keep("other", "u/w", as: "other.mp4")
        let upload = try keepFirst("one", path, as: "a.mp4")
        try tree.dropOriginal(ofUpload: upload, at: location(path))
        #expect(try fixture.names("originals/u") == ["other.mp4"])
        #expect(try tree.size(of: tree.originalPath(of: location(path), #require(Filename("a.mp4")))) == nil)
        #expect(try fixture.text(upload) == "one")
        try tree.dropOriginal(ofUpload: "uploads/t/c/m/l/gone.mp4", at: location("t/c/m/l"))
    }
}
