/// Moves the places of the media that a `moov` box names (ISO/IEC 14496-12 §8.7.5).
struct ChunkOffsets {
    /// Boxes on the way from `moov` to the tables.
    private static let containers: Set<String> = ["moov", "trak", "mdia", "minf", "stbl"]

    /// The tables are the fourth level; a file that nests deeper wants the stack to overflow.
    private static let maxDepth = 8

    /// The `moov` box, head included.
    private(set) var bytes: [UInt8]

    /// Adds `distance` to every place. False where the box is damaged or a place needs more bits than it has.
    mutating func move(by distance: Int) -> Bool {
        guard let box = Box(bytes, at: 0, end: bytes.count) else { return false }
        return move(in: box, depth: 0, by: distance)
    }

    private mutating func move(in box: Box, depth: Int, by distance: Int) -> Bool {
        switch box.type {
        case "stco": return moveEntries(of: box, width: 4, by: distance)
        case "co64": return moveEntries(of: box, width: 8, by: distance)
        case let type where Self.containers.contains(type): break
        default: return true
        }
        var position = box.content.lowerBound
        while position + 8 <= box.content.upperBound {
            guard depth < Self.maxDepth, let child = Box(bytes, at: position, end: box.content.upperBound),
                move(in: child, depth: depth + 1, by: distance)
            else { return false }
            position += child.size
        }
        return true
    }

    private mutating func moveEntries(of box: Box, width: Int, by distance: Int) -> Bool {
        let first = box.content.lowerBound + 8
        guard first <= box.content.upperBound else { return false }
        let count = Box.number(bytes, at: first - 4, count: 4)
        guard count <= (box.content.upperBound - first) / width else { return false }
        for entry in stride(from: first, to: first + count * width, by: width) {
            let place = Box.number(bytes, at: entry, count: width)
            guard place >= 0, place <= Int.max - distance, width == 8 || place + distance <= Int(UInt32.max)
            else {
                return false
            }
            for byte in 0..<width {
                bytes[entry + byte] = UInt8(
                    truncatingIfNeeded: (place + distance) >> (8 * (width - 1 - byte)))
            }
        }
        return true
    }
}
