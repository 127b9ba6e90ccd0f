import Domain
import Foundation
import Testing

@testable import Conversion
@testable import Files

/// What a converter that was taken over by a film may leave behind.
@Suite struct ConverterOutputTests {
    private static let head = "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"enc.key\"\n"
    private static let good = head + "#EXTINF:6.000000,\nsegment_000.ts\n#EXTINF:2.500000,\nsegment_001.ts\n"

    private let root: URL
    private let tree: DataDirectory

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "focust-output-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        tree = try DataDirectory(creatingAt: root.path)
    }

    /// What comes of a directory with these files, and links.
    private func duration(
        _ files: [String: String], links: [String: String] = [:]
    ) throws -> (duration: Double, playlist: String) {
        defer { try? FileManager.default.removeItem(at: root) }
        let staging = try tree.makeStagingDirectory(task: TaskID(random: (1, 2)))
        for (name, text) in files {
            try Data(text.utf8).write(to: URL(filePath: "\(staging.path)/\(name)"))
        }
        for (name, target) in links {
            try FileManager.default.createSymbolicLink(
                atPath: "\(staging.path)/\(name)", withDestinationPath: target)
        }
        let output = try ConverterOutput(staging)
        try staging.replacePlaylist(with: output.playlist)
        return (output.duration, String(decoding: try staging.readPlaylist(), as: UTF8.self))
    }

    private static let segments = ["segment_000.ts": "a", "segment_001.ts": "b"]

    @Test(arguments: [[:], ["poster.jpg": "still"]])
    func `A lesson is published with this process's own playlist`(more: [String: String]) throws {
        let files = Self.segments.merging(["output.m3u8": Self.good]) { $1 }.merging(more) { $1 }
        let output = try duration(files)
        #expect(output.duration == 8.5)
        #expect(output.playlist.contains("#EXTINF:2.500000,\nsegment_001.ts\n#EXT-X-ENDLIST\n"))
        #expect(output.playlist.contains("#EXT-X-TARGETDURATION:6\n"))
    }

    @Test(
        arguments: [
            ["output.m3u8": good.replacing("6.000000", with: "999999999")],
            ["output.m3u8": "#EXTM3U\na\na\n"],
            ["output.m3u8": good.replacing("segment_001", with: "segment_002")],
            ["segment_002.ts": "unnamed"],
            ["evil.m3u8": "#EXTM3U\n"], ["enc.key": "0123456789abcdef"], [".version": "x"],
            ["page.html": "x"],
        ] as [[String: String]])
    func `Files that no lesson has are an attempt that failed`(tampered: [String: String]) {
        let files = Self.segments.merging(["output.m3u8": Self.good]) { $1 }.merging(tampered) { $1 }
        #expect(throws: (any Error).self) { try duration(files) }
    }

    @Test(arguments: ["segment_001.ts", "poster.jpg", "output.m3u8"])
    func `A link is no file of a lesson`(name: String) {
        var files = Self.segments.merging(["output.m3u8": Self.good]) { $1 }
        files[name] = nil
        #expect(throws: (any Error).self) { try duration(files, links: [name: "/etc/passwd"]) }
    }

    @Test func `A segment that is missing is an attempt that failed`() {
        #expect(throws: (any Error).self) {
            try duration(["output.m3u8": Self.good, "segment_000.ts": "a"])
        }
    }
}
