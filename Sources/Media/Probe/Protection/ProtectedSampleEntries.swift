/// The tracks of an MP4 or MOV whose samples are encrypted (ISO/IEC 14496-12 §8.12, ISO/IEC 23001-7).
///
/// libavformat forgets the name of a protected sample entry once it has found the one of what is inside.
struct ProtectedSampleEntries {
    /// By track ID: what the track is encrypted with.
    private(set) var schemes: [Int: String] = [:]

    /// Boxes of one level that are looked at.
    private static let maxBoxes = 10_000
    /// Bytes of a sample description that are looked at.
    private static let maxDescription = 64 << 10
    private static let encrypted: Set<String> = ["encv", "enca", "encm", "enct"]
    private static let fairPlay: Set<String> = ["drmi", "drms"]

    private let input: FileInput

    init(_ input: FileInput) {
        self.input = input
        for movie in boxes(0..<Int(input.size)) where movie.type == "moov" {
            for track in boxes(movie.content) where track.type == "trak" { read(track) }
        }
    }

    private mutating func read(_ track: Box) {
        let inside = boxes(track.content)
        guard let header = inside.first(where: { $0.type == "tkhd" }), let media = child("mdia", of: track),
            let information = child("minf", of: media), let table = child("stbl", of: information),
            let description = child("stsd", of: table)
        else { return }
        let head = input.bytes(at: Int64(header.content.lowerBound), count: 24)
        guard head.count == 24 else { return }
        // Behind version, flags and two times, which have eight bytes each in version 1.
        let id = Box.number(head, at: head[0] == 1 ? 20 : 12, count: 4)
        let start = description.content.lowerBound + 8
        for entry in boxes(min(start, description.content.upperBound)..<description.content.upperBound) {
            if let scheme = scheme(entry) { schemes[id] = scheme }
        }
    }

    /// One entry that is encrypted is enough: a film may begin in the clear.
    private func scheme(_ entry: Box) -> String? {
        if Self.fairPlay.contains(entry.type) { return "FairPlay" }
        guard Self.encrypted.contains(entry.type) else { return nil }
        let bytes = input.bytes(at: Int64(entry.start), count: min(entry.size, Self.maxDescription))
        // ISO/IEC 14496-12 §8.12.5: the scheme's name stands behind version and flags of its box.
        guard let name = bytes.firstRange(of: Array("schm".utf8))?.upperBound, name + 8 <= bytes.count else {
            return "Common Encryption"
        }
        let scheme = bytes[name + 4..<name + 8].filter { (0x30...0x7A).contains($0) }
        return "Common Encryption, \(String(decoding: scheme, as: UTF8.self))"
    }

    private func child(_ type: String, of box: Box) -> Box? {
        boxes(box.content).first { $0.type == type }
    }

    private func boxes(_ range: Range<Int>) -> [Box] {
        var boxes: [Box] = []
        var position = range.lowerBound
        while position + 8 <= range.upperBound, boxes.count < Self.maxBoxes {
            let head = input.bytes(at: Int64(position), count: 16)
            guard let box = Box(head, at: position, base: position, end: range.upperBound) else { break }
            boxes.append(box)
            position += box.size
        }
        return boxes
    }
}
