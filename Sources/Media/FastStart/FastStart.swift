import Glibc
import MediaProtocol

/// Puts the index of an MP4 or MOV in front of its media, so that a browser plays it while it still loads.
package enum FastStart {
    /// Bytes of `moov` that are moved; three hours of video have about ten million.
    private static let maxIndexBytes = 128 << 20
    /// Boxes of the file's top level.
    private static let maxBoxes = 10_000

    /// Writes the file at `path` to `output` with `moov` first, everything else untouched.
    ///
    /// False, and nothing written, where that is already so or where it does not apply: another container, a
    /// fragmented file, a damaged index. Throws `.resource` where the disk fails.
    package static func rewrite(_ path: String, to output: String) throws(MediaError) -> Bool {
        let input = try FileInput(path: path, cancellation: nil)
        let boxes = topLevel(input)
        guard let index = boxes.firstIndex(where: { $0.type == "moov" }),
            !boxes.contains(where: { $0.type == "moof" }),
            let media = boxes.firstIndex(where: { $0.type == "mdat" }), media < index,
            boxes[index].size <= maxIndexBytes
        else { return false }
        let box = boxes[index]
        var offsets = ChunkOffsets(bytes: input.bytes(at: Int64(box.start), count: box.size))
        // Only boxes between the media's place and the index move, and all by the index's length.
        guard offsets.bytes.count == box.size, offsets.move(by: box.size) else { return false }
        try write(input, before: boxes[media].start, offsets.bytes, without: box, to: output)
        return true
    }

    private static func topLevel(_ input: FileInput) -> [Box] {
        var boxes: [Box] = []
        var position = 0
        let end = Int(input.size)
        while position + 8 <= end, boxes.count < maxBoxes {
            let head = input.bytes(at: Int64(position), count: 16)
            guard let box = Box(head, at: position, base: position, end: end) else { return [] }
            boxes.append(box)
            position += box.size
        }
        return boxes
    }

    /// Everything in front of the media, the index, the rest without the index.
    private static func write(
        _ input: FileInput, before media: Int, _ index: [UInt8], without box: Box, to output: String
    ) throws(MediaError) {
        let file = try OutputFile(path: output)
        try file.copy(input, 0..<media)
        try file.write(index)
        try file.copy(input, media..<box.start)
        try file.copy(input, box.start + box.size..<Int(input.size))
    }
}
