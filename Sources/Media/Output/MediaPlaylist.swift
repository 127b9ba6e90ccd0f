/// The VOD media playlist of one lesson (RFC 8216 §4.3), version 3.
struct MediaPlaylist {
    /// One `EXTINF`.
    struct Segment {
        let name: String
        /// In `Track.timeBase`.
        let ticks: Int64
    }

    let segments: [Segment]

    /// Seconds, at least every rounded `EXTINF` (RFC 8216 §4.3.3.1).
    var targetDuration: Int64 {
        segments.map { ($0.ticks + 45_000) / 90_000 }.reduce(1, max)
    }

    /// No IV attribute: each segment's is its media sequence number (RFC 8216 §5.2).
    var text: String {
        var lines = [
            "#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:\(targetDuration)",
            "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS",
            "#EXT-X-KEY:METHOD=AES-128,URI=\"enc.key\"",
        ]
        for segment in segments {
            lines.append("#EXTINF:\(Self.seconds(segment.ticks)),")
            lines.append(segment.name)
        }
        return lines.joined(separator: "\n") + "\n#EXT-X-ENDLIST\n"
    }

    /// Seconds with six digits.
    static func seconds(_ ticks: Int64) -> String {
        let micros = (ticks * 1_000_000 + 45_000) / 90_000
        let fraction = String(micros % 1_000_000)
        return "\(micros / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }
}
