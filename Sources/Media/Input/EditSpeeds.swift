/// The speeds that the edit lists of an MP4 or MOV ask for (ISO/IEC 14496-12 §8.6.6): libavformat takes every edit for one
/// of usual speed, and of a track that is to run twice as fast it would leave out the second half.
struct EditSpeeds {
    /// Edits of one track that are looked at.
    private static let maxEdits = 10_000

    /// By track ID: the first speed that is neither the usual one nor 0.
    let unusual: [Int: Double]
    /// IDs of tracks that hold a picture, by a speed of 0, between edits that do not. What libavformat shows meanwhile moves,
    /// and lasts as long, so that the other tracks' edits still fit.
    let held: Set<Int>

    init(_ input: FileInput) {
        let speeds = input.tracks.map { (id: $0.id, speeds: Self.speeds($0.box, input)) }
        unusual = Dictionary(
            speeds.compactMap { track in
                track.speeds.first { $0 != 1 && $0 != 0 }.map { (track.id, $0) }
            }, uniquingKeysWith: { first, _ in first })
        // A writer that leaves the speed out of all edits does not mean a film of held pictures.
        held = Set(
            speeds.filter { track in
                track.speeds.contains(0) && track.speeds.contains { $0 != 0 }
            }.map(\.id))
    }

    private init(unusual: [Int: Double], held: Set<Int>) {
        self.unusual = unusual
        self.held = held
    }

    /// Those of some tracks alone.
    func keeping(_ ids: Set<Int>) -> EditSpeeds {
        EditSpeeds(unusual: unusual.filter { ids.contains($0.key) }, held: held.intersection(ids))
    }

    /// What is not done of that, in words.
    var ignored: [String] {
        let speeds = unusual.sorted { $0.key < $1.key }.map { id, speed in
            "the edit lists, of which that of track \(id) asks for a speed of \((speed * 100).rounded() / 100)"
        }
        guard speeds.isEmpty else { return speeds }
        return held.sorted().map { id in
            "a speed of 0.0 in the edit list of track \(id): what it would hold goes on"
        }
    }

    /// The speeds of a track's edits, without those of empty ones, which mean nothing: such an edit is a pause.
    private static func speeds(_ track: Box, _ input: FileInput) -> [Double] {
        guard let edits = input.child("edts", of: track), let list = input.child("elst", of: edits) else {
            return []
        }
        let head = input.bytes(at: Int64(list.content.lowerBound), count: 8)
        guard head.count == 8 else { return [] }
        let isLong = head[0] == 1
        let (size, time) = isLong ? (20, 8) : (12, 4)
        let count = min(Box.number(head, at: 4, count: 4), maxEdits, (list.content.count - 8) / size)
        let bytes = input.bytes(at: Int64(list.content.lowerBound + 8), count: max(0, count) * size)
        guard count > 0, bytes.count == count * size else { return [] }
        return stride(from: 0, to: bytes.count, by: size).compactMap { entry in
            let isEmpty = bytes[(entry + time)..<(entry + 2 * time)].allSatisfy { $0 == 0xFF }
            guard !isEmpty else { return nil }
            // A signed number of 16.16 bits.
            let speed = UInt32(Box.number(bytes, at: entry + 2 * time, count: 4))
            return Double(Int32(bitPattern: speed)) / 65536
        }
    }
}
