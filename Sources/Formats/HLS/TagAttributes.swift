/// Finds the `URI` attributes in the attribute list of a tag (RFC 8216 §4.2), however sloppily quoted.
struct TagAttributes {
    /// The tags whose `URI` names a file beside the playlist: RFC 8216 §4.3, RFC 8216bis §4.4 for the last ones.
    private static let tagsWithURI: [[UInt8]] = [
        "KEY", "MAP", "MEDIA", "SESSION-KEY", "I-FRAME-STREAM-INF", "SESSION-DATA", "PART", "PRELOAD-HINT",
        "RENDITION-REPORT",
    ].map { Array("#EXT-X-\($0):".utf8) }

    private var next: Int
    private let end: Int

    /// Nil unless the line is one of a tag that may have a `URI`.
    init?(of line: Range<Int>, in playlist: [UInt8]) {
        // Most tags of a playlist are `#EXTINF`, which the fifth byte tells.
        guard line.count > 8, playlist[line.lowerBound + 4] == UInt8(ascii: "-") else { return nil }
        let text = playlist[line]
        guard let tag = Self.tagsWithURI.first(where: { text.starts(with: $0) }) else { return nil }
        next = line.lowerBound + tag.count
        end = line.upperBound
    }

    /// Where the value of the next `URI` attribute stands, without its quotes; nil where there is none left.
    mutating func nextURI(in playlist: [UInt8]) -> Range<Int>? {
        while next < end {
            let name = Self.trimmed(scan(to: [UInt8(ascii: "="), UInt8(ascii: ",")], in: playlist), playlist)
            let hasValue = next < end && playlist[next] == UInt8(ascii: "=")
            next += 1
            guard hasValue else { continue }
            let value = nextValue(in: playlist)
            if Self.isURI(playlist[name]) { return value }
        }
        return nil
    }

    private mutating func nextValue(in playlist: [UInt8]) -> Range<Int> {
        while next < end, Self.isSpace(playlist[next]) { next += 1 }
        guard next < end, playlist[next] == UInt8(ascii: "\"") || playlist[next] == UInt8(ascii: "'") else {
            return Self.trimmed(scan(to: [UInt8(ascii: ",")], in: playlist), playlist)
        }
        next += 1
        let value = scan(to: [playlist[next - 1]], in: playlist)
        _ = scan(to: [UInt8(ascii: ",")], in: playlist)
        return value
    }

    /// What stands before the next of `stops`, and moves there.
    private mutating func scan(to stops: [UInt8], in playlist: [UInt8]) -> Range<Int> {
        let start = min(next, end)
        while next < end, !stops.contains(playlist[next]) { next += 1 }
        return start..<max(start, min(next, end))
    }

    private static func trimmed(_ range: Range<Int>, _ playlist: [UInt8]) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isSpace(playlist[start]) { start += 1 }
        while end > start, isSpace(playlist[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isURI(_ name: ArraySlice<UInt8>) -> Bool {
        name.count == 3 && name.elementsEqual("URI".utf8) { $0 & ~0x20 == $1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
