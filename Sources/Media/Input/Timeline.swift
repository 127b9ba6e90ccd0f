import CLibAV

/// Keeps the times of a file's packets going on where a recording was joined from several (MPEG-TS, MPEG-PS), and
/// refuses files that claim to last for ever.
///
/// Where one stream's decoding time jumps, all streams are moved so that it goes on; the others jump in the same
/// place of the file and land right with the same move.
struct Timeline {
    /// A camera that was paused leaves less; a joined file more (seconds).
    private static let maxGap = 10.0
    /// Streams are not interleaved exactly (seconds).
    private static let maxStepBack = 1.0

    private let isRepaired: Bool
    private let maxDuration: Double
    private var offset = 0.0
    private var expected: [Int: Double] = [:]
    private var first: Double?

    /// - Parameter isRepaired: false where packets are to go over as they are.
    init(_ demuxer: Demuxer, limits: MediaLimits, isRepaired: Bool = true) {
        self.isRepaired = isRepaired && demuxer.hasDiscontinuousTimes
        maxDuration = limits.maxDurationSeconds
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
        if isRepaired, let expected = expected[packet.streamIndex] {
            let jump = time + offset - expected
            if jump > Self.maxGap || jump < -Self.maxStepBack { offset = expected - time }
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

    private func move(_ packet: Packet, by ticks: Int64) {
        guard ticks != 0 else { return }
        if let dts = packet.dts { packet.pointer.pointee.dts = dts + ticks }
        if let pts = packet.pts { packet.pointer.pointee.pts = pts + ticks }
    }
}
