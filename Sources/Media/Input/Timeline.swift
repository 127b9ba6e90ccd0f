import CLibAV
import MediaProtocol

/// Keeps the times of a file's packets going on where a recording was joined from several (MPEG-TS, MPEG-PS) or one
/// of them is damaged, and refuses files that claim to last for ever.
///
/// Where one stream's decoding time jumps, all streams are moved so that it goes on; the others jump in the same
/// place of the file and land right with the same move.
struct Timeline {
    /// A camera that was paused leaves less; a joined file more (seconds).
    private static let maxGap = 10.0
    /// Streams are not interleaved exactly (seconds).
    private static let maxStepBack = 1.0

    private let isRepaired: Bool
    private let mayJump: Bool
    /// Seconds that the container says it lasts; 0 where it does not.
    private let stated: Double
    private let maxDuration: Double
    private var hasJumped = false
    private var offset = 0.0
    /// Of each stream, where the last packet ended.
    private var expected: [Double?]
    private var first: Double?

    /// - Parameter isRepaired: false where packets are to go over as they are.
    init(_ demuxer: Demuxer, limits: MediaLimits, isRepaired: Bool = true) {
        self.isRepaired = isRepaired
        mayJump = demuxer.hasDiscontinuousTimes
        stated = demuxer.duration ?? 0
        maxDuration = limits.maxDurationSeconds
        expected = Array(repeating: nil, count: demuxer.streams.count)
    }

    /// What still counts as a pause, in `timeBase`.
    static func maxGap(in timeBase: AVRational) -> Int64 {
        Int64(maxGap * Double(timeBase.den) / Double(max(1, timeBase.num)))
    }

    /// Moves the packet's times if they have to; returns the seconds since the first packet.
    ///
    /// Throws `.unsupported` where the limit of duration is passed.
    @discardableResult
    mutating func admit(_ packet: Packet, timeBase: AVRational) throws(MediaError) -> Double {
        guard let dts = packet.dts ?? packet.pts else { return 0 }
        let scale = Double(timeBase.num) / Double(max(1, timeBase.den))
        let time = Double(dts) * scale
        if isRepaired, let expected = expected[packet.streamIndex], isJump(time, from: expected) {
            offset = expected - time
            hasJumped = true
        }
        if isRepaired, let pts = packet.pts, abs(Double(pts) * scale - time) > Self.maxGap {
            // A damaged time; the decoder makes a better guess from the decoding times.
            packet.pointer.pointee.pts = focust_av_nopts_value
        }
        move(packet, by: Int64((offset / scale).rounded()))
        let moved = time + offset
        expected[packet.streamIndex] = moved + Double(packet.duration) * scale
        let start = first ?? moved
        first = start
        let shown = Double(packet.pts ?? dts) * scale
        guard moved - start <= maxDuration, abs(shown - start) <= maxDuration else {
            throw MediaError(
                .unsupported, "The video claims to be longer than \(Int(maxDuration / 3600)) hours.",
                operation: "timeline")
        }
        return moved - start
    }

    /// In containers whose times do not jump by design, one that leads far behind the end that the container
    /// names is damage; the way back then follows.
    private func isJump(_ time: Double, from expected: Double) -> Bool {
        let jump = time + offset - expected
        let isBeyondEnd = stated > 0 && time + offset - (first ?? 0) > stated * 1.2 + Self.maxGap
        return jump > Self.maxGap && (mayJump || isBeyondEnd)
            || jump < -Self.maxStepBack && (mayJump || hasJumped)
    }

    private func move(_ packet: Packet, by ticks: Int64) {
        guard ticks != 0 else { return }
        if let dts = packet.dts { packet.pointer.pointee.dts = dts + ticks }
        if let pts = packet.pts { packet.pointer.pointee.pts = pts + ticks }
    }
}
