import Domain
import Testing

@testable import Files

/// What a resumable upload forgets when its token is revoked.
@Suite struct ForgottenUploadTests {
    private static let name = "0123456789abcdef"
    let fixture: Fixture
    var tree: DataDirectory { fixture.tree }

    init() throws {
        fixture = try Fixture()
        try tree.makeResumable(Self.name, info: Array("info".utf8))
    }

    @Test func theBytesThatCameAreGone() throws {
        var upload = try tree.lockedResumable(Self.name, waitingAtMost: 0)
        try upload.write(Array("film".utf8).span)
        try upload.forgetBytes()
        #expect(upload.byteCount == 0)
        #expect(try fixture.text("\(folder)/data").isEmpty)
    }

    /// The process may die between handing an upload over and saying so.
    @Test(arguments: [false, true]) func whatWasHandedOverIsNotEmptied(isNoted: Bool) throws {
        var upload = try tree.lockedResumable(Self.name, waitingAtMost: 0)
        try upload.write(Array("film".utf8).span)
        let kept = try tree.commitUpload(
            upload.stagingFile(in: tree), task: newTask(), location: location("t/c/m/l"),
            filename: #require(Filename("a.mp4")))
        if isNoted { try fixture.write("task", to: "\(folder)/result") }
        try upload.forgetBytes()
        #expect(try fixture.text(kept.path) == "film")
        #expect(fixture.exists("\(folder)/data") != isNoted)
    }

    private var folder: String { "uploads/.tus/\(Self.name)" }
}
