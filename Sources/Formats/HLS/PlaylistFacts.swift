/// What a media playlist says about its video (RFC 8216 §4.3.2.1).
package struct PlaylistFacts: Equatable, Sendable {
    /// The sum of all `EXTINF`; a broken one counts nothing.
    package private(set) var duration = Duration.zero
    /// The files' names, in order: the last path component of each segment's URI, as it is written there, which
    /// may be any text without a slash. Empty for a multivariant playlist, which has no segments.
    package private(set) var segmentNames: [String] = []

    package var segmentCount: Int { segmentNames.count }

    /// Nil where `playlist` does not begin as one (RFC 8216 §4.3.1.1).
    package init?(reading playlist: [UInt8]) {
        var names: [String] = []
        let duration = Self.duration(of: playlist) { uri in
            let name = PlaylistURI.lastComponent(of: uri, in: playlist.span)
            names.append(String(decoding: playlist[name], as: UTF8.self))
        }
        guard let duration else { return nil }
        self.duration = duration
        self.segmentNames = names
    }

    /// The duration alone, without an allocation: every playlist that is rewritten asks for it.
    ///
    /// - Parameter segment: called with the place of each segment's URI.
    package static func duration(
        of playlist: [UInt8], eachSegment segment: (Range<Int>) -> Void = { _ in }
    ) -> Duration? {
        let bytes = playlist.span
        var lines = PlaylistLines(of: bytes)
        guard let first = lines.nextLine(of: bytes), playlist[first].elementsEqual("#EXTM3U".utf8) else {
            return nil
        }
        var (seconds, nanoseconds) = (0, 0)
        var isSegmentNext = false
        while let line = lines.nextLine(of: bytes) {
            if begins(line, of: bytes, with: "#EXTINF:") {
                let time = time(in: line.dropFirst(8), of: bytes)
                seconds += time?.seconds ?? 0
                nanoseconds += time?.nanoseconds ?? 0
                isSegmentNext = true
            } else if bytes[line.lowerBound] != UInt8(ascii: "#") {
                if isSegmentNext { segment(line) }
                isSegmentNext = false
            }
        }
        return .seconds(seconds) + .nanoseconds(nanoseconds)
    }

    private static func begins(_ line: Range<Int>, of bytes: Span<UInt8>, with text: String) -> Bool {
        let expected = text.utf8.span
        guard line.count >= expected.count else { return false }
        for index in expected.indices where bytes[line.lowerBound + index] != expected[index] { return false }
        return true
    }

    /// A decimal number up to the comma, read exactly: hundreds of rounded floats would drift. Nil where it is none, or
    /// has more than nine digits before the point, which is thirty years of video.
    static func time(
        in line: Range<Int>, of bytes: Span<UInt8>
    ) -> (seconds: Int, nanoseconds: Int)? {
        var index = line.lowerBound
        skipSpace(from: &index, to: line.upperBound, of: bytes)
        let whole = digits(from: &index, to: line.upperBound, of: bytes)
        var fraction = (value: 0, count: 0)
        if index < line.upperBound, bytes[index] == UInt8(ascii: ".") {
            // To the nanosecond, and no digit more is looked at.
            index += 1
            fraction = digits(from: &index, to: min(line.upperBound, index + 9), of: bytes)
        } else if whole.count == 0 {
            return nil
        }
        if fraction.count < 9 { skipSpace(from: &index, to: line.upperBound, of: bytes) }
        let isAtEnd = fraction.count == 9 || index == line.upperBound || bytes[index] == UInt8(ascii: ",")
        guard whole.count <= 9, isAtEnd else { return nil }
        for _ in fraction.count..<9 { fraction.value *= 10 }
        return (whole.value, fraction.value)
    }

    /// The digits from `index` on, stepped over. The value is right for nine at most.
    private static func digits(
        from index: inout Int, to end: Int, of bytes: Span<UInt8>
    ) -> (value: Int, count: Int) {
        var (value, count) = (0, 0)
        while index < end, case let digit = bytes[index] &- 0x30, digit < 10 {
            if count < 9 { value = value * 10 + Int(digit) }
            count += 1
            index += 1
        }
        return (value, count)
    }

    private static func skipSpace(from index: inout Int, to end: Int, of bytes: Span<UInt8>) {
        while index < end, isSpace(bytes[index]) { index += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
