import CLibAV

/// Makes a `VideoIndex`: from the container's own index where that is whole, else by reading every packet once.
struct VideoIndexer {
    /// Bytes read of a key packet: parameter sets and SEI messages stand before the first slice.
    private static let headSize = 16 << 10

    let demuxer: Demuxer
    let stream: Stream
    let cancellation: Cancellation
    private let layout: H264Stream

    init(demuxer: Demuxer, stream: Stream, cancellation: Cancellation) {
        self.demuxer = demuxer
        self.stream = stream
        self.cancellation = cancellation
        layout = H264Stream(extradata: stream.extradata)
    }

    /// The index; the demuxer stands at its first packet again afterwards.
    func index() throws(MediaError) -> VideoIndex {
        hasWholeIndex ? try fromContainer() : try fromPackets()
    }

    /// MP4 and MOV list every sample in `moov`, unless the file is fragmented; then `nb_frames` is 0 or less.
    private var hasWholeIndex: Bool {
        let entries = Int64(avformat_index_get_entries_count(stream.pointer))
        return demuxer.formatName.hasPrefix("mov") && entries > 0 && layout.lengthSize != nil
            && entries >= stream.pointer.pointee.nb_frames && stream.pointer.pointee.nb_frames > 0
    }

    private func fromContainer() throws(MediaError) -> VideoIndex {
        var index = VideoIndex()
        var missing = 0
        let count = avformat_index_get_entries_count(stream.pointer)
        for number in 0..<count {
            guard let entry = avformat_index_get_entry(stream.pointer, number)?.pointee else { continue }
            if entry.pos + Int64(entry.size) > demuxer.input.size { missing += 1 }
            let isIDR = entry.flags & AVINDEX_KEYFRAME != 0 && headIsIDR(entry)
            let isDiscarded = entry.flags & AVINDEX_DISCARD_FRAME != 0
            index.add(dts: entry.timestamp, isIDR: isIDR, isDiscarded: isDiscarded)
            if number % 1024 == 0 { try cancellation.check() }
        }
        index.missingShare = Double(missing) / Double(max(1, count))
        return index
    }

    private func headIsIDR(_ entry: AVIndexEntry) -> Bool {
        let head = demuxer.input.bytes(at: entry.pos, count: min(Int(entry.size), Self.headSize))
        return head.withUnsafeBytes { layout.facts($0).isIDR }
    }

    private func fromPackets() throws(MediaError) -> VideoIndex {
        var index = VideoIndex()
        var parameterSets: Int?
        let packet = try Packet()
        demuxer.keepOnly([stream.index])
        while try demuxer.read(into: packet) {
            try cancellation.check()
            guard packet.streamIndex == stream.index else { continue }
            let facts = packet.isKey ? layout.facts(packet.bytes) : nil
            if facts?.isIDR == true, let hash = facts?.parameterSetHash {
                if hash != parameterSets ?? hash { index.note("its parameter sets change on the way") }
                parameterSets = parameterSets ?? hash
            }
            note(packet, in: &index)
            index.add(
                dts: packet.dts, duration: packet.duration, isIDR: facts?.isIDR == true,
                isDiscarded: packet.isDiscarded)
        }
        try demuxer.rewind()
        return index
    }

    private func note(_ packet: Packet, in index: inout VideoIndex) {
        if demuxer.hasDiscontinuousTimes {
            index.noteJump(to: packet.dts, limit: Timeline.maxGap(in: stream.timeBase))
        }
        if packet.pts == nil { index.note("pictures without presentation times") }
        if packet.isCorrupt { index.note("damaged packets") }
    }
}
