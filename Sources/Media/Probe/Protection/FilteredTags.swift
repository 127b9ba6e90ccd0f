import CLibAV

/// The tags of an FLV that are encrypted (Adobe Flash Video File Format Specification 10.1, annexes E.4.1 and F): each says so
/// in its head, and libavformat reads over it.
struct FilteredTags {
    /// Tags that are looked at: a minute or so.
    private static let maxTags = 4_000
    /// A damaged head may look like an encrypted tag's; of a film of which more are, too much is missing.
    private static let maxShare = 0.1
    private static let sound: UInt8 = 8
    private static let pictures: UInt8 = 9
    private static let script: UInt8 = 18
    /// Bytes of a tag's head, and of what its size stands in behind it.
    private static let headSize = 11
    private static let tailSize: Int64 = 4
    /// The name of the script that stands at the start of an encrypted film alone, as a string of AMF 0.
    private static let header: [UInt8] = [2, 0, 17] + Array("|AdditionalHeader".utf8)

    /// By type.
    private var tags: [UInt8: (all: Int, filtered: Int)] = [:]
    private var hasHeader = false

    init(_ input: FileInput) {
        let head = input.bytes(at: 0, count: 9)
        guard head.count == 9, head.starts(with: Array("FLV".utf8)) else { return }
        var position = Int64(Self.number(head[5..<9])) + Self.tailSize
        for _ in 0..<Self.maxTags {
            let tag = input.bytes(at: position, count: Self.headSize + Self.header.count)
            guard tag.count >= Self.headSize, read(tag) else { return }
            position += Int64(Self.headSize + Self.number(tag[1..<4])) + Self.tailSize
        }
    }

    /// What the pictures or the sound are encrypted with; nil where they are not.
    func scheme(of type: AVMediaType) -> String? {
        let count = tags[type == AVMEDIA_TYPE_VIDEO ? Self.pictures : Self.sound] ?? (0, 0)
        let isFiltered = Double(count.filtered) > Double(count.all) * Self.maxShare
        return hasHeader || isFiltered ? "Adobe Access" : nil
    }

    /// False where that is no tag.
    private mutating func read(_ tag: [UInt8]) -> Bool {
        let type = tag[0] & 0x1F
        guard [Self.sound, Self.pictures, Self.script].contains(type) else { return false }
        let before = tags[type] ?? (0, 0)
        tags[type] = (before.all + 1, before.filtered + (tag[0] & 0x20 == 0 ? 0 : 1))
        if tag.dropFirst(Self.headSize).starts(with: Self.header) { hasHeader = true }
        return true
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
