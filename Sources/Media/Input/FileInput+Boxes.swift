extension FileInput {
    /// Boxes of one level that are looked at.
    private static let maxBoxes = 10_000

    /// The boxes of an MP4 or MOV that follow one another within a range, as far as they make sense.
    func boxes(_ range: Range<Int>) -> [Box] {
        var boxes: [Box] = []
        var position = range.lowerBound
        while position + 8 <= range.upperBound, boxes.count < Self.maxBoxes {
            let head = bytes(at: Int64(position), count: 16)
            guard let box = Box(head, at: position, base: position, end: range.upperBound) else { break }
            boxes.append(box)
            position += box.size
        }
        return boxes
    }

    /// The boxes of the tracks, each with its track ID.
    var tracks: [(id: Int, box: Box)] {
        boxes(0..<Int(size)).filter { $0.type == "moov" }.flatMap { boxes($0.content) }.compactMap { track in
            guard track.type == "trak", let header = child("tkhd", of: track) else { return nil }
            let head = bytes(at: Int64(header.content.lowerBound), count: 24)
            guard head.count == 24 else { return nil }
            // Behind version, flags and two times, which have eight bytes each in version 1.
            return (Box.number(head, at: head[0] == 1 ? 20 : 12, count: 4), track)
        }
    }

    /// The first box of a type inside another one.
    func child(_ type: String, of box: Box) -> Box? {
        boxes(box.content).first { $0.type == type }
    }
}
