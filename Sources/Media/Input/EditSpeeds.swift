/// The speeds that the edit lists of an MP4 or MOV ask for (ISO/IEC 14496-12 §8.6.6): libavformat takes every edit for one
/// of usual speed, and of a track that is to run twice as fast it would leave out the second half.
struct EditSpeeds {
    /// Edits of one track that are looked at.
    private static let maxEdits = 10_000

    /// By track ID: the first speed that is not the usual one. 0 holds a picture.
    let unusual: [Int: Double]

    init(_ input: FileInput) {
        let speeds = input.tracks.compactMap { track in Self.unusual(track.box, input).map { (track.id, $0) }
        }
        unusual = Dictionary(speeds) { first, _ in first }
    }

    private static func unusual(_ track: Box, _ input: FileInput) -> Double? {
        guard let edits = input.child("edts", of: track), let list = input.child("elst", of: edits) else {
            return nil
        }
        let head = input.bytes(at: Int64(list.content.lowerBound), count: 8)
        guard head.count == 8 else { return nil }
        let isLong = head[0] == 1
        let size = isLong ? 20 : 12
        let count = min(Box.number(head, at: 4, count: 4), maxEdits, (list.content.count - 8) / size)
        let bytes = input.bytes(at: Int64(list.content.lowerBound + 8), count: count * size)
        guard count > 0, bytes.count == count * size else { return nil }
        return (0..<count).lazy.map { $0 * size }.compactMap { entry in
            let time = isLong ? 8 : 4
            // An empty edit, all ones, is a pause; its speed means nothing.
            let isEmpty = bytes[(entry + time)..<(entry + 2 * time)].allSatisfy { $0 == 0xFF }
            let speed = Double(Box.number(bytes, at: entry + 2 * time, count: 4)) / 65536
            // A writer that leaves it out does not mean a film of one held picture.
            return isEmpty || speed == 1 || speed == 0 && count == 1 ? nil : speed
        }.first
    }
}
