extension FileInput {
    /// Boxes of one level that are looked at.
    private static let maxBoxes = 10_000

    /// The boxes of an MP4 or MOV that follow one another within a range, as far as they make sense.
    func boxes(_ range: Range<Int>) -> [Box] {
        var boxes: [Box] = []
        walk(range) { box in
            boxes.append(box)
            return true
        }
        return boxes
    }

    /// The first box of a type inside another one.
    func child(_ type: String, of box: Box) -> Box? { first(type, in: box.content) }

    /// The first list of tracks is the one that libavformat takes: of a film in fragments thousands of boxes follow it.
    func readTracks() -> [(id: Int, box: Box)] {
        guard let movie = first("moov", in: 0..<Int(size)) else { return [] }
        return boxes(movie.content).compactMap { track in
            guard track.type == "trak", let header = child("tkhd", of: track) else { return nil }
            let head = bytes(at: Int64(header.content.lowerBound), count: 24)
            guard head.count == 24 else { return nil }
            // Behind version, flags and two times, which have eight bytes each in version 1.
            return (Box.number(head, at: head[0] == 1 ? 20 : 12, count: 4), track)
        }
    }

    private func first(_ type: String, in range: Range<Int>) -> Box? {
        var found: Box?
        walk(range) { box in
            if box.type == type { found = box }
            return found == nil
        }
        return found
    }

    /// Gives `body` one box after another, until it answers false.
    private func walk(_ range: Range<Int>, _ body: (Box) -> Bool) {
        var (position, left) = (range.lowerBound, Self.maxBoxes)
        while position + 8 <= range.upperBound, left > 0 {
            let head = bytes(at: Int64(position), count: 16)
            guard let box = Box(head, at: position, base: position, end: range.upperBound), body(box) else {
                return
            }
            position += box.size
            left -= 1
        }
    }
}
