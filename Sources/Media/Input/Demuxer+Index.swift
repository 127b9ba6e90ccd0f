import CLibAV

/// What the index of an MP4 or MOV tells, which lists all packets.
extension Demuxer {
    /// How many packets a stream has, where the container has a whole index: an MP4 or MOV without fragments.
    func indexedPackets(of stream: Stream) -> Int? {
        let count = Int(avformat_index_get_entries_count(stream.pointer))
        let stated = Int(stream.pointer.pointee.nb_frames)
        return formatName.hasPrefix("mov") && stated > 0 && count >= stated ? count : nil
    }

    /// Whether an MP4 or MOV names a stream and then lists nothing of it, though it has no fragments that could.
    func listsNoPackets(of stream: Stream) -> Bool {
        formatName.hasPrefix("mov") && avformat_index_get_entries_count(stream.pointer) == 0
            && streams.contains { indexedPackets(of: $0) != nil }
    }

    /// When the last packet of a stream that an MP4 or MOV lists whole is shown to its end, in seconds; nil where the
    /// file does not know, or claims more than any film.
    ///
    /// Of packets that are shown in another order than decoded libavformat does not tell how long each lasts.
    func statedEnd(of stream: Stream) -> Double? {
        let (start, ticks) = (stream.pointer.pointee.start_time, stream.pointer.pointee.duration)
        guard indexedPackets(of: stream) != nil, missingShare(of: stream) == 0, ticks > 0,
            ticks != Self.unknown, Double(ticks) * stream.timeBase.secondsPerTick <= maxDuration,
            let start = Packet.timestamp(start)
        else { return nil }
        return (Double(start) + Double(ticks)) * stream.timeBase.secondsPerTick
    }

    /// Share (0 to 1) of a stream's packets that lie behind the end of the file, because it was cut off.
    ///
    /// Only MP4 and MOV list their packets; of other containers this is 0.
    func missingShare(of stream: Stream) -> Double {
        guard formatName.hasPrefix("mov") else { return 0 }
        let count = avformat_index_get_entries_count(stream.pointer)
        let missing = (0..<max(0, count)).filter {
            guard let entry = avformat_index_get_entry(stream.pointer, $0)?.pointee else { return false }
            return entry.pos > input.size - Int64(entry.size)
        }
        return Double(missing.count) / Double(max(1, count))
    }
}
