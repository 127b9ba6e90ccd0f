import CLibAV

/// When a stream begins and ends, as far as the container's own index or the probe tells; nothing is read for it.
struct StreamSpan {
    /// Seconds; nil where it is not known.
    private(set) var start: Double?
    private(set) var end: Double?
    /// The longest time between the end of a packet and the start of the next one, in seconds.
    private(set) var longestHole = 0.0

    init(_ stream: Stream, of demuxer: Demuxer) {
        let scale = stream.timeBase.secondsPerTick
        start = Packet.timestamp(stream.pointer.pointee.start_time).map { Double($0) * scale }
        guard demuxer.indexedPackets(of: stream) != nil else { return }
        let times = Self.times(stream)
        guard let first = times.first, let last = times.last else { return }
        // Of pictures the index has decoding times, which say less of the start than the probe does.
        start = stream.parameters.codec_type == AVMEDIA_TYPE_AUDIO ? Double(first) * scale : start
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
        let length = Self.length(stream) ?? Double(gaps.last ?? 0) * scale
        end = Double(last) * scale + length
        longestHole = Double(gaps.max() ?? 0) * scale - length
    }

    /// Those of packets that are not hidden by an edit list.
    private static func times(_ stream: Stream) -> [Int64] {
        (0..<avformat_index_get_entries_count(stream.pointer)).compactMap { number in
            guard let entry = avformat_index_get_entry(stream.pointer, number)?.pointee,
                entry.flags & AVINDEX_DISCARD_FRAME == 0, PacketTimes.isSane(entry.timestamp, stream.timeBase)
            else { return nil }
            return entry.timestamp
        }
    }

    /// Seconds of one packet of sound, where all are as long.
    private static func length(_ stream: Stream) -> Double? {
        guard stream.parameters.frame_size > 0, stream.parameters.sample_rate > 0 else { return nil }
        return Double(stream.parameters.frame_size) / Double(stream.parameters.sample_rate)
    }
}
