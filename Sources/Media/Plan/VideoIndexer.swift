import CLibAV
import MediaProtocol

/// Makes a `VideoIndex`: from the container's own index where that is whole, else by reading every packet once.
struct VideoIndexer {
    /// Bytes read of a key packet: parameter sets and SEI messages stand before the first slice.
    private static let headSize = 16 << 10

    let demuxer: Demuxer
    let stream: Stream
    let cancellation: Cancellation
    /// The longest time without an IDR picture that a copy may have, in the stream's time base.
    let maxInterval: Int64
    /// How its units are laid out, and what its headers say.
    let layout: H264Stream

    init(demuxer: Demuxer, stream: Stream, cancellation: Cancellation, maxInterval: Int64) {
        self.demuxer = demuxer
        self.stream = stream
        self.cancellation = cancellation
        self.maxInterval = maxInterval
        layout = H264Stream(extradata: stream.extradata)
    }

    /// The index; packets that were read for it are gone afterwards. Where something speaks against a copy, it
    /// may end there.
    ///
    /// - Parameter progress: takes the share of the packets that were read, and whether a copy is likely.
    func index(_ progress: (Double, Bool) -> Void) throws(MediaError) -> VideoIndex {
        hasWholeIndex ? try fromContainer() : try fromPackets(progress)
    }

    /// The container's own index says all that there is to know.
    var hasWholeIndex: Bool { demuxer.indexedPackets(of: stream) != nil && layout.lengthSize != nil }

    private var emptyIndex: VideoIndex {
        VideoIndex(
            maxInterval: maxInterval,
            secondsPerTick: stream.timeBase.secondsPerTick)
    }

    private func fromContainer() throws(MediaError) -> VideoIndex {
        var index = emptyIndex
        var parameterSets = ParameterSetWatch(layout)
        let count = avformat_index_get_entries_count(stream.pointer)
        for number in 0..<count {
            guard let entry = avformat_index_get_entry(stream.pointer, number)?.pointee else { continue }
            let facts = entry.flags & AVINDEX_KEYFRAME != 0 ? headFacts(entry) : nil
            if let facts, parameterSets.haveChanged(facts) { index.note(ParameterSetWatch.complaint) }
            guard PacketTimes.isSane(entry.timestamp, stream.timeBase) else {
                index.note("times that make no sense")
                continue
            }
            let isDiscarded = entry.flags & AVINDEX_DISCARD_FRAME != 0
            index.add(
                dts: entry.timestamp, bytes: Int(entry.size), isIDR: facts?.isIDR == true,
                isDiscarded: isDiscarded)
            if index.obstacle != nil { break }
            if number % 1024 == 0 { try cancellation.check() }
        }
        return index
    }

    private func headFacts(_ entry: AVIndexEntry) -> AccessUnitFacts {
        let head = demuxer.input.bytes(at: entry.pos, count: min(Int(entry.size), Self.headSize))
        return head.withUnsafeBytes { layout.facts($0) }
    }

    private func fromPackets(_ progress: (Double, Bool) -> Void) throws(MediaError) -> VideoIndex {
        var index = emptyIndex
        var parameterSets = ParameterSetWatch(layout)
        let packet = try Packet()
        demuxer.keepOnly([stream.index])
        while try demuxer.read(into: packet) {
            try cancellation.check()
            guard packet.streamIndex == stream.index else { continue }
            // Those that are no key pictures too: sets may stand anywhere.
            let facts = layout.facts(packet.bytes)
            if parameterSets.haveChanged(facts) { index.note(ParameterSetWatch.complaint) }
            note(packet, in: &index)
            index.add(
                dts: packet.dts, duration: packet.duration, bytes: packet.bytes.count,
                isIDR: packet.isKey && isPlaceToCut(facts), isDiscarded: packet.isDiscarded)
            if index.obstacle != nil && !isNeededWhole { break }
            if index.count % 256 == 0 { progress(demuxer.readShare, index.promisesCopy) }
        }
        return index
    }

    /// A segment begins with an IDR picture and its sets; those of an avcC record are put in front.
    private func isPlaceToCut(_ facts: AccessUnitFacts) -> Bool {
        let areInHeaders = layout.lengthSize != nil && !layout.parameterSets.isEmpty
        return facts.isIDR && (facts.hasParameterSets || areInHeaders)
    }

    /// Where times may jump, the sound has to know whether they do; and somebody has to find out how long it is.
    private var isNeededWhole: Bool { demuxer.hasDiscontinuousTimes || (demuxer.duration ?? 0) <= 0 }

    private func note(_ packet: Packet, in index: inout VideoIndex) {
        index.noteJump(
            to: packet.dts,
            ahead: demuxer.hasDiscontinuousTimes ? Timeline.maxGap(in: stream.timeBase) : .max,
            back: demuxer.hasDiscontinuousTimes ? 0 : Timeline.maxStepBack(in: stream.timeBase))
        if packet.pts == nil { index.note("pictures without presentation times") }
        if packet.isCorrupt { index.note("damaged packets") }
    }
}
