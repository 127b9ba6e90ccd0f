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
        var lines = PlaylistLines(of: playlist)
        guard let first = lines.nextLine(of: playlist), playlist[first].elementsEqual("#EXTM3U".utf8) else {
            return nil
        }
        var isSegmentNext = false
        let marker = Array("#EXTINF:".utf8)
        while let line = lines.nextLine(of: playlist) {
            if playlist[line].starts(with: marker) {
                duration += Self.seconds(playlist[line].dropFirst(marker.count))
                isSegmentNext = true
            } else if playlist[line.lowerBound] != UInt8(ascii: "#") {
                if isSegmentNext { segmentNames.append(Self.name(of: playlist[line])) }
                isSegmentNext = false
            }
        }
    }

    private static func name(of uri: ArraySlice<UInt8>) -> String {
        String(decoding: PlaylistURI.lastComponent(of: uri), as: UTF8.self)
    }

    /// A decimal number up to the comma, read exactly: hundreds of rounded floats would drift.
    private static func seconds(_ text: ArraySlice<UInt8>) -> Duration {
        var rest = HeaderParameters.trimmed(text.prefix { $0 != UInt8(ascii: ",") })
        guard !rest.isEmpty, let whole = digits(&rest) else { return .zero }
        guard let point = rest.popFirst() else { return .seconds(whole.value) }
        // Behind the point: to the nanosecond, and no digit more is looked at.
        rest = rest.prefix(9)
        guard point == UInt8(ascii: "."), let fraction = digits(&rest), rest.isEmpty else { return .zero }
        let scale = (fraction.count..<9).reduce(1) { scale, _ in scale * 10 }
        return .seconds(whole.value) + .nanoseconds(fraction.value * scale)
    }

    /// The digits at the start of `rest`, stepped over; nil for more than nine, which is thirty years of video.
    private static func digits(_ rest: inout ArraySlice<UInt8>) -> (value: Int, count: Int)? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard digits.count <= 9 else { return nil }
        rest = rest[digits.endIndex...]
        return (digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }, digits.count)
    }
}
