import CLibAV

/// When each track of a film begins and ends, in seconds, as far as its packets were read.
///
/// Each lane fills its own track up to the other's ends: a player whose sound or picture is missing for a while
/// leaves that part out, or stops there.
final class TrackTimes {
    /// From the first packet's time to the end of the last one.
    struct Span {
        var start: Double
        var end: Double
        /// The time of the last packet: it may well claim to last for an hour.
        var last: Double
    }

    /// Two tracks that begin or end no further apart than this begin or end together (seconds).
    static let tolerance = 0.1

    /// The first moment of any track; infinite before the first packet.
    private(set) var earliest = Double.infinity
    /// The furthest that any track has come; infinitely early before the first packet.
    private(set) var furthest = -Double.infinity
    private var video: Span?
    private var audio: Span?

    /// The span of a track; nil before its first packet.
    subscript(_ track: Track) -> Span? {
        switch track {
        case .video: video
        case .audio: audio
        }
    }

    /// Notes a packet whose times are final; hidden ones are not part of the film.
    func note(_ packet: Packet, of track: Track, timeBase: AVRational) {
        guard !packet.isDiscarded, let time = packet.pts ?? packet.dts else { return }
        let start = Double(time) * timeBase.secondsPerTick
        note(track, from: start, to: start + Double(packet.duration) * timeBase.secondsPerTick)
    }

    /// Notes that a track has something between two moments.
    func note(_ track: Track, from start: Double, to end: Double) {
        earliest = min(earliest, start)
        furthest = max(furthest, end)
        let known = self[track] ?? Span(start: start, end: end, last: start)
        let span = Span(
            start: min(known.start, start), end: max(known.end, end), last: max(known.last, start))
        switch track {
        case .video: video = span
        case .audio: audio = span
        }
    }
}
