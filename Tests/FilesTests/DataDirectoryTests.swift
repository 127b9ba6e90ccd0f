import Domain
import Foundation
import Testing

@testable import Files

@Suite struct DataDirectoryTests {
    @Test func theTreeIsMadeWithItsModesWhateverTheUmask() throws {
        let before = umask(0o077)
        defer { umask(before) }
        let fixture = try Fixture()
        for name in ["", "hls", "originals", "uploads", "presentation_videos/courses"] {
            #expect(try fixture.mode(name) == 0o755, "\(name)")
        }
        for name in ["state", "hls/.staging", "hls/.trash", "uploads/.staging"] {
            #expect(try fixture.mode(name) == 0o700, "\(name)")
        }
        try fixture.publish("one", location("t/c/m/l"))
        #expect(try fixture.mode("hls/t/c/m") == 0o755)
    }

    @Test func aRootThatIsClosedToOthersKeepsEverythingBelowClosed() throws {
        let before = umask(0o077)
        defer { umask(before) }
        let fixture = try Fixture()
        #expect(chmod(fixture.tree.root, 0o750) == 0)
        let reopened = try Fixture(at: fixture.tree.root)
        try reopened.publish("one", location("t/c/m/l"))
        let upload = try reopened.upload("film", task: newTask(), location("t/c/m/l"))
        for name in ["hls/t", "hls/t/c/m/l", "uploads/t"] {
            #expect(try reopened.mode(name) == 0o750, "\(name)")
        }
        for name in ["hls/t/c/m/l/output.m3u8", "hls/t/c/m/l/segment_000.ts", upload] {
            #expect(try reopened.mode(name) == 0o640, "\(name)")
        }
        #expect(try reopened.mode("hls/t/c/m/l/enc.key") == 0o600)
    }

    @Test func anOpenStateDirectoryIsClosed() throws {
        let fixture = try Fixture()
        #expect(chmod(fixture.tree.absolutePath("state"), 0o755) == 0)
        _ = try DataDirectory(creatingAt: fixture.tree.root)
        #expect(try fixture.mode("state") == 0o700)
    }

    @Test func aWritableTreeSaysSoAndAMissingOneDoesNot() throws {
        let fixture = try Fixture()
        #expect(fixture.tree.isWritable())
        #expect(try fixture.tree.freeBytes() > 0)
        try FileManager.default.removeItem(atPath: fixture.tree.root)
        #expect(!fixture.tree.isWritable())
        #expect(throws: FileError.self) { try fixture.tree.freeBytes() }
    }

    @Test func aFileInPlaceOfADirectoryIsAClearError() throws {
        let fixture = try Fixture()
        try FileManager.default.removeItem(atPath: fixture.tree.absolutePath("hls"))
        try Data().write(to: URL(filePath: fixture.tree.absolutePath("hls")))
        let error = #expect(throws: FileError.self) { try DataDirectory(creatingAt: fixture.tree.root) }
        #expect(error?.code.rawValue == ENOTDIR && error?.isOutOfSpace == false)
    }

    /// Sysadmins move the data to another disk and leave a link.
    @Test func theRootMayBeALinkAndNothingBelowItMay() throws {
        let fixture = try Fixture()
        let link = fixture.outside.appending(path: "link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: fixture.tree.root)
        let tree = try DataDirectory(creatingAt: link)
        #expect(tree.isWritable())
        try FileManager.default.removeItem(atPath: fixture.tree.absolutePath("originals"))
        try fixture.link("originals", to: fixture.outside.path)
        #expect(throws: FileError.self) { try DataDirectory(creatingAt: link) }
    }
}
