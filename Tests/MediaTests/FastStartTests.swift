import Foundation
import Testing

@testable import Media

@Suite("Fast start")
struct FastStartTests {
    private static let make =
        "-f lavfi -i testsrc2=s=320x240:r=25:d=3 -f lavfi -i sine=d=3 -pix_fmt yuv420p -c:v libx264 "
        + "-preset ultrafast -c:a aac"

    private static func boxes(_ file: URL) throws -> [String] {
        let bytes = [UInt8](try Data(contentsOf: file))
        var types: [String] = []
        var position = 0
        while let box = Box(bytes, at: position, end: bytes.count) {
            types.append(box.type)
            position += box.size
        }
        return types
    }

    private static func packets(_ file: URL) throws -> String {
        try Command.run([
            "ffmpeg", "-v", "error", "-i", file.path, "-map", "0", "-c", "copy", "-f", "framemd5", "-",
        ]).text
    }

    @Test("The index goes to the front and every packet stays", arguments: ["clip.mp4", "clip.mov"])
    func moves(name: String) throws {
        let space = try Workspace()
        let path = try space.clip(name, Self.make)
        let output = space.file("fast-" + name)
        #expect(try FastStart.rewrite(path, to: output.path))
        let boxes = try Self.boxes(output)
        let index = try #require(boxes.firstIndex(of: "moov"))
        let media = try #require(boxes.firstIndex(of: "mdat"))
        #expect(boxes.first == "ftyp" && index < media)
        #expect(try Self.boxes(space.file(name)).sorted() == boxes.sorted())
        #expect(try Self.packets(output) == Self.packets(space.file(name)))
        #expect(try Self.packets(output).split(separator: "\n").count > 100)
    }

    @Test(
        "What needs it not, or cannot have it, is left alone",
        arguments: [
            ("fast.mp4", "-movflags faststart"), ("fragmented.mp4", "-movflags frag_keyframe+empty_moov"),
            ("clip.mkv", ""), ("clip.ts", ""),
        ])
    func leaves(name: String, more: String) throws {
        let space = try Workspace()
        let path = try space.clip(name, "\(Self.make) \(more)")
        #expect(try !FastStart.rewrite(path, to: space.file("out").path))
        #expect(!FileManager.default.fileExists(atPath: space.file("out").path))
    }

    /// Boxes in boxes in boxes.
    private static func nested(depth: Int) -> [UInt8] {
        (0..<depth).flatMap { level in
            let size = (depth - level) * 8
            return (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } + Array("moov".utf8)
        }
    }

    @Test("A damaged index is left alone")
    func leavesDamaged() throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", Self.make)
        var data = try Data(contentsOf: space.file("clip.mp4"))
        let table = try #require(data.range(of: Data("stco".utf8)))
        for (offset, byte) in [(8, 0xFF), (9, 0xFF)] { data[table.lowerBound + offset] = UInt8(byte) }
        try data.write(to: space.file("clip.mp4"))
        #expect(try !FastStart.rewrite(path, to: space.file("out").path))
        var nested = ChunkOffsets(bytes: Self.nested(depth: 200_000))
        #expect(nested.move(by: 1) == false)
        let text = try space.write("no video at all", to: "text.mp4")
        #expect(try !FastStart.rewrite(text, to: space.file("out").path))
    }
}
