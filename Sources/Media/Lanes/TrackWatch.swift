/// Sees whether a copied track begins, goes on and ends with the other one: nothing can be filled into a copy.
struct TrackWatch {
    private let track: Track
    private let times: TrackTimes
    private let segmentSeconds: Double
    /// Of the packets so far, in seconds.
    private var end: Double?
    /// Where the present segment begins, in seconds.
    private var segmentStart = 0.0

    init(_ track: Track, times: TrackTimes, segmentSeconds: Double) {
        self.track = track
        self.times = times
        self.segmentSeconds = segmentSeconds
    }

    /// What speaks against going on with this packet, whose times are in `Track.timeBase`; nil for nothing.
    mutating func complaint(_ packet: Packet, startsSegment: Bool) -> String? {
        let start = Double(packet.pts ?? 0) / Track.ticksPerSecond
        let before = end
        end = max(end ?? start, start + Double(packet.duration) / Track.ticksPerSecond)
        if startsSegment { segmentStart = start }
        switch track {
        case .video: return before == nil ? lateStart(of: start) : nil
        case .audio: return before.map { hole(from: $0, to: start) } ?? lateStart(of: start)
        }
    }

    /// What speaks against this end, once all packets were read; nil for nothing.
    func complaintAtEnd() -> String? {
        guard let end else { return nil }
        switch track {
        case .video:
            let last = (times[.audio]?.end ?? end) - segmentStart
            return last > segmentSeconds * CopyRules.longestSegment ? CopyRules.endsEarly(track) : nil
        case .audio:
            return (times[.video]?.end ?? end) - end > segmentSeconds ? CopyRules.endsEarly(track) : nil
        }
    }

    private func lateStart(of start: Double) -> String? {
        let other = track == .video ? times[.audio] : times[.video]
        return other.flatMap { CopyRules.lateStart(of: track, by: start - $0.start) }
    }

    private func hole(from end: Double, to start: Double) -> String? {
        if start - end > CopyRules.longestHole { return "a hole" }
        return end - start > TrackTimes.tolerance ? "times that jump" : nil
    }
}
