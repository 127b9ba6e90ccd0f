import Domain
import Foundation
import Testing

@testable import Files

/// A file system of one megabyte, for whoever may mount one.
final class TinyDisk {
    let path: String

    /// Throws where this user may not mount.
    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "focust-tiny-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("focust-test", path, "tmpfs", 0, "size=1m") == 0 else {
            rmdir(path)
            throw FileError(code: errno, operation: "mount", path: path)
        }
    }

    deinit {
        umount(path)
        rmdir(path)
    }

    static let mayMount = (try? TinyDisk()) != nil
}

@Suite(.enabled(if: TinyDisk.mayMount, "a full disk needs a small mount, which this user may not make"))
struct FullDiskTests {
    let disk: TinyDisk
    let tree: DataDirectory

    init() throws {
        disk = try TinyDisk()
        tree = try DataDirectory(creatingAt: disk.path)
    }

    @Test func anUploadThatDoesNotFitFailsClearlyAndGivesItsSpaceBack() throws {
        func receiveTooMuch() throws {
            var staged = try tree.makeStagingFile()
            let piece = [UInt8](repeating: 1, count: 300_000)
            for _ in 0..<4 { try staged.write(piece.span) }
        }
        let free = try tree.freeBytes()
        let error = #expect(throws: FileError.self) { try receiveTooMuch() }
        #expect(error?.isOutOfSpace == true && error?.operation == "write")
        #expect(try tree.freeBytes() == free)
        var staged = try tree.makeStagingFile()
        try staged.write([1].span)
        #expect(staged.byteCount == 1)
    }

    @Test func aFullDiskIsNotWritableUntilSpaceReturns() throws {
        #expect(tree.isWritable())
        func fill() throws {
            var staged = try tree.makeStagingFile()
            let page = [UInt8](repeating: 1, count: 4096)
            #expect(throws: FileError.self) { while true { try staged.write(page.span) } }
            #expect(!tree.isWritable())
        }
        try fill()
        #expect(tree.isWritable())
    }
}
