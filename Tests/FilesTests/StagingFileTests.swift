import Domain
import Foundation
import Testing

@testable import Files

@Suite struct StagingFileTests {
    let fixture: Fixture
    var tree: DataDirectory { fixture.tree }

    init() throws {
        fixture = try Fixture()
    }

    @Test func anUploadLiesUnderItsTasksNameReadableByNginx() throws {
        let task = newTask()
        let path = try fixture.upload("film", task: task, location("t/c/m/l"))
        #expect(path == "uploads/t/c/m/l/\(task).mp4")
        #expect(try fixture.text(path) == "film")
        #expect(try fixture.mode(path) == 0o644)
        #expect(try fixture.names("uploads/.staging").isEmpty)
    }

    @Test func aFileThatIsNotCommittedDeletesItself() throws {
        func receiveHalf() throws {
            var staged = try tree.makeStagingFile()
            try staged.write([1, 2, 3].span)
            #expect(staged.byteCount == 3)
            #expect(try fixture.names("uploads/.staging").count == 1)
            #expect(try fixture.mode("uploads/.staging") == 0o700)
        }
        try receiveHalf()
        #expect(try fixture.names("uploads/.staging").isEmpty)
    }

    @Test func manyPiecesArriveWholeAndInOrder() throws {
        var staged = try tree.makeStagingFile()
        let piece = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        for _ in 0..<20 { try staged.write(piece.span) }
        #expect(staged.byteCount == 2_000_000)
        let kept = try tree.commitUpload(
            staged, task: newTask(), location: location("u/v"), filename: #require(Filename("a.mp4")))
        let bytes = try Data(contentsOf: URL(filePath: tree.absolutePath(kept.path)))
        #expect(bytes == Data((0..<20).flatMap { _ in piece }))
    }

    @Test func anUploadIntoAPlantedLinkIsRefusedAndLeavesNothing() throws {
        try FileManager.default.createDirectory(
            at: fixture.outside.appending(path: "elsewhere"), withIntermediateDirectories: true)
        try fixture.link("uploads/t", to: fixture.outside.appending(path: "elsewhere").path)
        #expect(throws: FileError.self) { try fixture.upload("film", task: newTask(), location("t/c/m/l")) }
        let elsewhere = fixture.outside.appending(path: "elsewhere").path
        #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere).isEmpty)
        #expect(try fixture.names("uploads/.staging").isEmpty)
    }

    @Test func aRemovedUploadTakesItsEmptyDirectoriesWithIt() throws {
        let one = try fixture.upload("1", task: newTask(), location("t/c/m/l1"))
        let two = try fixture.upload("2", task: newTask(), location("t/c/m/l2"))
        try tree.removeUpload(one)
        try tree.removeUpload(one)
        #expect(try fixture.names("uploads/t/c/m") == ["l2"])
        try tree.removeUpload(two)
        #expect(!fixture.exists("uploads/t"))
        #expect(fixture.exists("uploads"))
    }

    @Test func waitingUploadsAreFoundAndOlderRawFilesAreNot() throws {
        let (first, second) = (newTask(), newTask())
        let paths = [
            try fixture.upload("abc", task: first, location("t/c/m/l")),
            try fixture.upload("abc", task: second, location("u/v")),
        ]
        try fixture.write("raw", to: "uploads/u/older.mp4")
        try fixture.write("raw", to: "uploads/u/a/b/c/d/\(first).mp4")
        let found = try tree.waitingUploads()
        #expect(Set(found.map(\.path)) == Set(paths))
        #expect(Set(found.map(\.task)) == [first, second])
        #expect(
            found.allSatisfy { $0.bytes == ByteCount(3) && $0.receivedAt > Timestamp(seconds: 1_700_000_000) }
        )
    }
}
