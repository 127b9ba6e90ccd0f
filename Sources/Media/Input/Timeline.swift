import CLibAV
import MediaProtocol

/// Keeps the times of a file's packets going on where a recording was joined from several or one of them is damaged,
/// and refuses files that claim to last for ever.
///
/// Where a clock begins anew, its times are moved to where the film ends so far. Each stream passes to the new clock by
/// itself: packets of the old one may still follow.
struct Timeline {
    /// A camera that was paused leaves less; a joined file more (seconds).
    private static let maxGap = 10.0
    /// Streams are not interleaved exactly (seconds).
    private static let maxStepBack = 1.0
    /// Clocks that are remembered; a damaged file has many.
    private static let maxClocks = 4

    private let isRepaired: Bool
    private let mayJump: Bool
    /// Whether a clock of this container may begin anew, as where a publisher connects again. An index has no such places:
    /// there, a step back is a picture that an edit hides, or one whose time libav did not know.
    private let mayRestart: Bool
    /// Seconds that the container says it lasts; 0 where it does not.
    private let stated: Double
    private let maxDuration: Double
    /// What the times of each clock are moved by, in seconds; the newest last.
    private var clocks = [0.0]
    /// Of each stream, what its times are moved by.
    private var offsets: [Double]
    /// Of each stream, where the last packet ended.
    private var expected: [Double?]
    private var furthest = -Double.infinity
    private var first: Double?

    /// - Parameter isRepaired: false where packets are to go over as they are.
    init(_ demuxer: Demuxer, limits: MediaLimits, isRepaired: Bool = true) {
        self.isRepaired = isRepaired
        mayJump = demuxer.hasDiscontinuousTimes
        mayRestart = mayJump || demuxer.formatName == "flv"
        stated = demuxer.duration ?? 0
        maxDuration = limits.maxDurationSeconds
        expected = Array(repeating: nil, count: demuxer.streams.count)
        offsets = Array(repeating: 0, count: demuxer.streams.count)
    }

    /// What still counts as a pause, in `timeBase`.
    static func maxGap(in timeBase: AVRational) -> Int64 {
        Int64(maxGap * Double(timeBase.den) / Double(max(1, timeBase.num)))
    }

    /// What streams may lie behind each other without a new clock, in `timeBase`.
    static func maxStepBack(in timeBase: AVRational) -> Int64 {
        Int64(maxStepBack * Double(timeBase.den) / Double(max(1, timeBase.num)))
    }

    /// Moves the packet's times if they have to; returns the seconds since the first packet.
    ///
    /// Throws `.unsupported` where the limit of duration is passed.
    @discardableResult
    mutating func admit(_ packet: Packet, timeBase: AVRational) throws(MediaError) -> Double {
        guard let dts = packet.dts ?? packet.pts else { return 0 }
        let scale = Double(timeBase.num) / Double(max(1, timeBase.den))
        let time = Double(dts) * scale
        // A presentation time says nothing of where the decoding stands, nor does what an edit hides.
        let isOnTheWay = packet.dts != nil && !packet.isDiscarded
        if isRepaired {
            if isOnTheWay { chooseClock(packet.streamIndex, time) }
            if let pts = packet.pts, abs(Double(pts) * scale - time) > Self.maxGap {
                // A damaged time; the decoder makes a better guess from the decoding times.
                packet.pointer.pointee.pts = focust_av_nopts_value
            }
        }
        let offset = offsets[packet.streamIndex]
        move(packet, by: Int64(clamping: offset / scale))
        let moved = time + offset
        if Double(packet.duration) * scale > maxDuration { packet.pointer.pointee.duration = 0 }
        let end = moved + Double(packet.duration) * scale
        if isOnTheWay { expected[packet.streamIndex] = end }
        furthest = max(furthest, end)
        let start = first ?? moved
        first = start
        let shown = Double(packet.pts ?? dts) * scale
        guard moved - start <= maxDuration, abs(shown - start) <= maxDuration else {
            throw MediaError(
                .unsupported, "The video claims to be longer than \(Int(maxDuration / 3600)) hours.",
                operation: "timeline")
        }
        if end - start > maxDuration { packet.pointer.pointee.duration = 0 }
        return moved - start
    }

    /// Finds the clock that this time is of: the one by which it lies nearest to where the stream should go on.
    ///
    /// A stream of which nothing came for a while goes on where the others are.
    private mutating func chooseClock(_ stream: Int, _ time: Double) {
        guard let own = expected[stream] ?? (clocks.count > 1 ? furthest : nil) else { return }
        let isGoingOn = (-Self.maxStepBack...Self.maxGap).contains(time + offsets[stream] - own)
        guard expected[stream] == nil || !isGoingOn else { return }
        let goal = max(own, furthest - Self.maxStepBack)
        func distance(_ clock: Double) -> Double { abs(time + clock - goal) }
        let nearest = clocks.min { distance($0) < distance($1) } ?? offsets[stream]
        let isAsNear = distance(offsets[stream]) <= distance(nearest)
        offsets[stream] = isAsNear ? offsets[stream] : nearest
        guard expected[stream] != nil, isJump(time + offsets[stream], own: own, goal: goal) else { return }
        clocks.append(furthest - time)
        if clocks.count > Self.maxClocks { clocks.removeFirst() }
        offsets[stream] = furthest - time
    }

    /// In containers whose times do not jump by design, one that leads far behind the end that the container
    /// names is damage; the way back then follows.
    private func isJump(_ time: Double, own: Double, goal: Double) -> Bool {
        let isBeyondEnd = stated > 0 && time - (first ?? 0) > stated * 1.2 + Self.maxGap
        let mayStepBack = mayRestart || clocks.count > 1
        return time - goal > Self.maxGap && (mayJump || isBeyondEnd)
            || mayStepBack && time - own < -Self.maxStepBack
    }

    private func move(_ packet: Packet, by ticks: Int64) {
        guard ticks != 0 else { return }
        // What wraps is far beyond the longest film, and refused as such.
        if let dts = packet.dts { packet.pointer.pointee.dts = dts &+ ticks }
        if let pts = packet.pts { packet.pointer.pointee.pts = pts &+ ticks }
    }
}

extension Int64 {
    /// The nearest whole number, however large `value` is; 0 for no number. A file may claim any time.
    init(clamping value: Double) {
        self = value.isNaN ? 0 : Self(exactly: value.rounded()) ?? (value < 0 ? .min : .max)
    }
}
