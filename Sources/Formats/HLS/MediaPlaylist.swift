/// The playlist of a finished video (RFC 8216 §4.3): every segment, in order, under one key.
package struct MediaPlaylist: Equatable, Sendable {
    /// One file of the video.
    package struct Segment: Equatable, Sendable {
        /// The file's name, beside the playlist.
        package let name: String
        package let duration: Duration

        package init(name: String, duration: Duration) {
            self.name = name
            self.duration = duration
        }
    }

    package let segments: [Segment]
    /// What the segments aim at. A longer segment raises what the playlist says (RFC 8216 §4.3.3.1).
    package let targetDuration: Duration
    /// The key file's name, beside the playlist; nil for segments in the clear. There is no IV: a segment's is
    /// its media sequence number (RFC 8216 §5.2).
    package let keyName: String?
    /// Whether every segment can be decoded without the ones before it (RFC 8216 §4.3.5.1).
    package let hasIndependentSegments: Bool

    package init(
        segments: [Segment], targetDuration: Duration, keyName: String? = nil,
        hasIndependentSegments: Bool = true
    ) {
        self.segments = segments
        self.targetDuration = targetDuration
        self.keyName = keyName
        self.hasIndependentSegments = hasIndependentSegments
    }

    /// The playlist's bytes. Version 3 (RFC 8216 §7): fractional `EXTINF` need it; a key without IV, and
    /// `INDEPENDENT-SEGMENTS`, which older clients skip, need no more.
    package func serialized() -> [UInt8] {
        var text = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:\(declaredTarget)\n"
        text += "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        if hasIndependentSegments { text += "#EXT-X-INDEPENDENT-SEGMENTS\n" }
        if let keyName {
            text += "#EXT-X-KEY:METHOD=AES-128,URI=\"\(PercentEncoding.encodeSegment(keyName))\"\n"
        }
        for segment in segments {
            text +=
                "#EXTINF:\(Self.decimal(segment.duration)),\n\(PercentEncoding.encodeSegment(segment.name))\n"
        }
        return Array((text + "#EXT-X-ENDLIST\n").utf8)
    }

    /// Whole seconds, no less than any `EXTINF` rounded to the nearest second, and never 0.
    private var declaredTarget: Int64 {
        let longest = segments.lazy.map { (Self.microseconds($0.duration) + 500_000) / 1_000_000 }.max() ?? 0
        let wanted = (Self.microseconds(targetDuration) + 999_999) / 1_000_000
        return max(longest, wanted, 1)
    }

    /// Seconds with six digits behind the point: a 90 kHz clock tick is 11 µs.
    private static func decimal(_ duration: Duration) -> String {
        let (seconds, rest) = microseconds(duration).quotientAndRemainder(dividingBy: 1_000_000)
        return "\(seconds)." + String(rest + 1_000_000).dropFirst()
    }

    /// Rounded to the nearest.
    private static func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000 + (attoseconds + 500_000_000_000) / 1_000_000_000_000
    }
}
