/// Reading a playlist that was written by a process which is not believed.
extension MediaPlaylist {
    /// What may stand in it besides `EXTINF`; all of it is written anew. Any other tag could change what the rest means.
    private static let known = [
        "#EXT-X-VERSION:", "#EXT-X-TARGETDURATION:", "#EXT-X-MEDIA-SEQUENCE:", "#EXT-X-PLAYLIST-TYPE:",
        "#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-KEY:", "#EXT-X-ENDLIST",
    ].map { Array($0.utf8) }
    private static let independent = Array("#EXT-X-INDEPENDENT-SEGMENTS".utf8)

    /// The durations of a finished video's segments, and nothing else of what `playlist` says: names and key are given.
    ///
    /// Nil unless the segments are called as `name` says of their numbers, in order, each with a duration of at least a
    /// microsecond, all together of `limit` at most.
    package init?(
        reading playlist: [UInt8], keyName: String?, limit: Duration, name: (Int) -> String
    ) {
        let bytes = playlist.span
        var lines = PlaylistLines(of: bytes)
        guard let first = lines.nextLine(of: bytes), playlist[first].elementsEqual("#EXTM3U".utf8) else {
            return nil
        }
        var segments: [Segment] = []
        var (total, next) = (Duration.zero, Duration?.none)
        var isIndependent = false
        while let line = lines.nextLine(of: bytes) {
            let text = playlist[line]
            if text.starts(with: "#EXTINF:".utf8) {
                guard next == nil, let time = PlaylistFacts.time(in: line.dropFirst(8), of: bytes) else {
                    return nil
                }
                next = .seconds(time.seconds) + .nanoseconds(time.nanoseconds)
            } else if text.first == UInt8(ascii: "#") {
                guard Self.known.contains(where: { text.starts(with: $0) }) else { return nil }
                if text.elementsEqual(Self.independent) { isIndependent = true }
            } else {
                let expected = name(segments.count)
                guard let duration = next, duration >= .microseconds(1), text.elementsEqual(expected.utf8)
                else {
                    return nil
                }
                total += duration
                guard total <= limit else { return nil }
                segments.append(Segment(name: expected, duration: duration))
                next = nil
            }
        }
        guard next == nil, !segments.isEmpty else { return nil }
        self.init(
            segments: segments, targetDuration: .zero, keyName: keyName, hasIndependentSegments: isIndependent
        )
    }

    /// How long the video lasts.
    package var duration: Duration { segments.reduce(.zero) { $0 + $1.duration } }
}
