import CLibAV

extension Demuxer {
    /// What says that a duration is not known (ISO/IEC 14496-12 §8.4.2.3: all ones).
    static let unknown = Int64(UInt32.max)

    /// Seconds, as the container says or as libav estimated; nil where neither knows.
    var duration: Double? { laterParts.isEmpty ? ownDuration : survey.duration }

    /// Bytes of a second that the poorest film has; one that claims to last for longer than any may, and has fewer, claims
    /// what is not known.
    private static let leastBytesPerSecond = 500.0

    /// Seconds of the part that this demuxer reads, which is the first one where there are several.
    var ownDuration: Double? {
        guard let stated, stated > maxDuration else { return stated }
        return Double(input.size) < stated * Self.leastBytesPerSecond ? nil : stated
    }

    private var stated: Double? {
        let known = longestStream
        guard let claimed, claimed > 0 else { return known }
        // Estimated from a first and a last time, between which the clock may have begun anew.
        if hasDiscontinuousTimes && claimed > maxDuration { return nil }
        guard let known else { return claimed > maxDuration && hasUnknownStream ? nil : claimed }
        return claimed > maxDuration || claimed > 2 * known + 60 ? known : claimed
    }

    /// Seconds of the longest stream that says how long it is.
    private var longestStream: Double? {
        streams.compactMap { stream -> Double? in
            let ticks = stream.pointer.pointee.duration
            guard stream.isMedia, ticks > 0, ticks != Self.unknown else { return nil }
            return Double(ticks) * stream.timeBase.secondsPerTick
        }.max()
    }

    private var hasUnknownStream: Bool {
        streams.contains { $0.isMedia && $0.pointer.pointee.duration == Self.unknown }
    }
}
