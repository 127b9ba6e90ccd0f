/// What a media playlist says about its video (RFC 8216 §4.3.2.1).
package struct PlaylistFacts: Equatable, Sendable {
    /// The sum of all `EXTINF`; a broken one counts nothing.
    package private(set) var duration = Duration.zero
    /// The files' names, in order: the last path component of each segment's URI. Empty for a multivariant
    /// playlist, which has no segments.
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
        let name = String(decoding: PlaylistURI.lastComponent(of: uri), as: UTF8.self)
        return PercentEncoding.decode(name) ?? name
    }

    /// A decimal number up to the comma, read exactly: hundreds of rounded floats would drift.
    private static func seconds(_ text: ArraySlice<UInt8>) -> Duration {
        let number = HeaderParameters.trimmed(text.prefix { $0 != UInt8(ascii: ",") })
        let parts = number.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? Array(parts[1].prefix(9)) : []
        guard !number.isEmpty, parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } }),
            let whole = integer(parts[0]), let nanoseconds = integer(fraction)
        else { return .zero }
        var scaled = nanoseconds
        for _ in fraction.count..<9 { scaled *= 10 }
        return .seconds(whole) + .nanoseconds(scaled)
    }

    /// Nil for more than nine digits, which is thirty years of video; 0 for none.
    private static func integer(_ digits: some Collection<UInt8>) -> Int? {
        guard digits.count <= 9 else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
