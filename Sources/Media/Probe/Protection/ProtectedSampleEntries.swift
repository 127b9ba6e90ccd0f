/// The tracks of an MP4 or MOV whose samples are encrypted (ISO/IEC 14496-12 §8.12, ISO/IEC 23001-7).
///
/// libavformat forgets the name of a protected sample entry once it has found the one of what is inside.
struct ProtectedSampleEntries {
    /// By track ID: what the track is encrypted with.
    private(set) var schemes: [Int: String] = [:]

    /// Bytes of a sample description that are looked at.
    private static let maxDescription = 64 << 10
    private static let encrypted: Set<String> = ["encv", "enca", "encm", "enct"]
    private static let fairPlay: Set<String> = ["drmi", "drms"]

    private let input: FileInput

    init(_ input: FileInput) {
        self.input = input
        for track in input.tracks { read(track.box, track.id) }
    }

    private mutating func read(_ track: Box, _ id: Int) {
        guard let media = input.child("mdia", of: track), let information = input.child("minf", of: media),
            let table = input.child("stbl", of: information), let description = input.child("stsd", of: table)
        else { return }
        let start = description.content.lowerBound + 8
        for entry in input.boxes(min(start, description.content.upperBound)..<description.content.upperBound)
        {
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
}
