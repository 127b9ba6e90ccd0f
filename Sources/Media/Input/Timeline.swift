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
    /// What a clumsy writer's decoding times may go back by (seconds): they rise, or the clock is another one.
    private static let maxStepBack = ClockLeap.tolerance
    /// Streams are not interleaved exactly (seconds).
    private static let maxLag = 1.0
    /// Clocks that are remembered; a damaged file has many.
    private static let maxClocks = 4

    private let isRepaired: Bool
    private let mayJump: Bool
    /// Whether a clock of this container may begin anew, as where a publisher connects again. An index has no such places:
    /// there, a step back is a picture that an edit hides, or one whose time libav did not know.
    private let mayRestart: Bool
    /// The times are those of an MP4's or MOV's index, which is one table and has one clock, however far its steps are.
    private let isIndexed: Bool
    /// Seconds that the container says it lasts; 0 where it does not.
    private let stated: Double
    private let maxDuration: Double
    /// What the times of each clock are moved by, in seconds; the newest last.
    private var clocks = [0.0]
    /// Of each stream, what its times are moved by.
    private var offsets: [Double]
    /// Of each stream, when the last packet began and ended.
    private var last: [ClockLeap.Span?]
    private var leaps: [ClockLeap]
    private var furthest = -Double.infinity
    private var first: Double?

    /// - Parameter isRepaired: false where packets are to go over as they are.
    init(_ demuxer: Demuxer, limits: MediaLimits, isRepaired: Bool = true) {
        self.isRepaired = isRepaired
        mayJump = demuxer.hasDiscontinuousTimes
        mayRestart = mayJump || demuxer.formatName == "flv"
        isIndexed = demuxer.formatName.hasPrefix("mov")
        stated = demuxer.duration ?? 0
        maxDuration = limits.maxDurationSeconds
        last = Array(repeating: nil, count: demuxer.streams.count)
        offsets = Array(repeating: 0, count: demuxer.streams.count)
        leaps = Array(repeating: ClockLeap(), count: demuxer.streams.count)
    }

    /// What still counts as a pause, in `timeBase`.
    static func maxGap(in timeBase: AVRational) -> Int64 {
        timeBase.ticks(maxGap)
    }

    /// What the decoding times of a stream may go back by without a new clock, in `timeBase`.
    static func maxStepBack(in timeBase: AVRational) -> Int64 {
        timeBase.ticks(maxStepBack)
    }

    /// Moves the packet's times if they have to; returns the seconds since the first packet.
    ///
    /// Throws `.unsupported` where the limit of duration is passed.
    @discardableResult
    mutating func admit(_ packet: Packet, timeBase: AVRational) throws(MediaError) -> Double {
        guard let dts = packet.dts ?? packet.pts else { return 0 }
        let scale = timeBase.secondsPerTick
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
        if isOnTheWay {
            last[packet.streamIndex] = (moved, end)
            furthest = max(furthest, end)
        }
        let start = first ?? moved
        first = start
        let shown = Double(packet.pts ?? packet.dts ?? dts) * scale
        guard moved - start <= maxDuration, abs(shown - start) <= maxDuration else {
            throw MediaError(
                .unsupported, "The video claims to be longer than \(Int(maxDuration / 3600)) hours.",
                operation: "timeline")
        }
        if end - start > maxDuration { packet.pointer.pointee.duration = 0 }
        return moved - start
    }

    /// Finds the clock that this time is of. One that leaps may be wrong: where the next one goes on from before the leap, the
    /// clock is as before, too.
    private mutating func chooseClock(_ stream: Int, _ time: Double) {
        guard let known = last[stream] else {
            // A stream of which nothing came for a while goes on where the others are.
            if clocks.count > 1 { takeNearest(stream, time, to: furthest) }
            return
        }
        let offset = offsets[stream]
        guard !leaps[stream].follows(time + offset, known) else {
            return leaps[stream].goOn(at: time + offset, known)
        }
        if let before = leaps[stream].offset(before: time, known) { return takeBack(stream, before) }
        if isBack(time + offset, behind: known) || time + offset - known.end > Self.maxGap {
            passOn(stream, time, known)
        }
        leaps[stream].leap(from: known, offset: offset, to: time + offsets[stream])
    }

    /// Takes the clock by which this time lies nearest to where the stream should go on, or a new one.
    private mutating func passOn(_ stream: Int, _ time: Double, _ known: ClockLeap.Span) {
        let goal = max(known.end, furthest - Self.maxLag)
        takeNearest(stream, time, to: goal)
        guard isJump(time + offsets[stream], known, goal: goal) else { return }
        clocks.append(furthest - time)
        if clocks.count > Self.maxClocks { clocks.removeFirst() }
        offsets[stream] = furthest - time
    }

    private mutating func takeNearest(_ stream: Int, _ time: Double, to goal: Double) {
        func distance(_ clock: Double) -> Double { abs(time + clock - goal) }
        let nearest = clocks.min { distance($0) < distance($1) } ?? offsets[stream]
        if distance(nearest) < distance(offsets[stream]) { offsets[stream] = nearest }
    }

    /// A clock that was found by a wrong time is none.
    private mutating func takeBack(_ stream: Int, _ offset: Double) {
        offsets[stream] = offset
        clocks = clocks.filter { clock in clock == offset || offsets.contains(clock) }
        leaps[stream].forget()
        last[stream] = nil
        furthest = last.compactMap { $0?.end }.max() ?? furthest
    }

    /// In containers whose times do not jump by design, one that leads far behind the end that the container
    /// names is damage; the way back then follows.
    private func isJump(_ time: Double, _ known: ClockLeap.Span, goal: Double) -> Bool {
        let isBeyondEnd = !isIndexed && stated > 0 && time - (first ?? 0) > stated * 1.2 + Self.maxGap
        let mayStepBack = mayRestart || clocks.count > 1
        return time - goal > Self.maxGap && (mayJump || isBeyondEnd)
            || mayStepBack && isBack(time, behind: known)
    }

    /// Before the last packet began: where that ends is often a guess, and the next picture may come sooner.
    private func isBack(_ time: Double, behind known: ClockLeap.Span) -> Bool {
        time - known.start < -Self.maxStepBack
    }

    private func move(_ packet: Packet, by ticks: Int64) {
        guard ticks != 0 else { return }
        // What wraps is far beyond the longest film, and refused as such.
        if let dts = packet.dts { packet.pointer.pointee.dts = dts &+ ticks }
        if let pts = packet.pts { packet.pointer.pointee.pts = pts &+ ticks }
    }
}
