import CLibAV
import MediaProtocol

/// Hands a stream's packets on bit for bit; only their times change scale.
final class CopyLane: Lane {
    let parameters: UnsafePointer<AVCodecParameters>
    let track: Track
    private let timeBase: AVRational
    /// Those that are still to come; they rise like the packets' times.
    private var cuts: ArraySlice<Int64>
    private var lastDTS = Int64.min
    private var hasStarted = false
    /// Of the sound, as its first frame says.
    private var format: [UInt8]?
    private var undated = UndatedStart()
    private var held: [Packet] = []
    private var watch: TrackWatch
    private let check: (any CopyCheck)?
    private let statedEnd: Double?

    /// - Parameters:
    ///   - cuts: DTS of the pictures that begin a segment, in the stream's time base.
    ///   - watch: sees whether the track goes on with the other one.
    ///   - check: sees every packet before it goes over.
    ///   - statedEnd: where the last packet ends, in seconds, if it does not say so itself.
    init(
        _ stream: Stream, as track: Track, cuts: [Int64] = [], watch: TrackWatch, check: (any CopyCheck)?,
        statedEnd: Double? = nil
    ) {
        self.statedEnd = statedEnd
        self.check = check
        self.watch = watch
        parameters = UnsafePointer(stream.pointer.pointee.codecpar)
        self.track = track
        timeBase = stream.timeBase
        self.cuts = cuts[...]
    }

    func accept(_ packet: Packet, into writer: LessonWriter) throws(MediaError) {
        guard !packet.isDiscarded else {
            // Sound before an edit list's start is simply not part of the lesson; pictures would be missed.
            if track == .video { throw refusal("a hidden picture") }
            return
        }
        if let headers = packet.newHeaders, headers != CodecParameters.extradata(parameters.pointee) {
            throw refusal("other parameter sets from here on")
        }
        guard !packet.isCorrupt, packet.pts != nil else { throw refusal("a damaged packet") }
        if track == .audio { try checkFormat(packet.bytes) }
        if let fault = try check?.fault(in: packet) { throw refusal(fault) }
        let output = try Packet()
        av_packet_move_ref(output.pointer, packet.pointer)
        guard let dts = output.dts else {
            guard !hasStarted, undated.hold() else { throw refusal("a packet without a decoding time") }
            held.append(output)
            return
        }
        for (earlier, date) in zip(held, undated.dates(before: dts, duration: output.duration)) {
            earlier.pointer.pointee.dts = date
            try pass(earlier, into: writer)
        }
        held = []
        try pass(output, into: writer)
    }

    /// A browser's decoder stops for good where the sound gets other channels or another rate.
    private func checkFormat(_ frame: UnsafeRawBufferPointer) throws(MediaError) {
        guard let found = ADTSHeader.format(frame) else { return }
        format = format ?? found
        guard found == format else { throw refusal("other channels or another rate from here on") }
    }

    private func pass(_ packet: Packet, into writer: LessonWriter) throws(MediaError) {
        let startsSegment = isCut(packet.dts ?? 0) || track == .video && !hasStarted
        hasStarted = true
        try rescale(packet)
        if let complaint = watch.complaint(packet, startsSegment: startsSegment) { throw refusal(complaint) }
        try writer.append(OutputPacket(packet: packet, track: track, startsSegment: startsSegment))
    }

    private func isCut(_ dts: Int64) -> Bool {
        while let cut = cuts.first, cut <= dts {
            cuts.removeFirst()
            if cut == dts { return true }
        }
        return false
    }

    func wait(until second: Double, into writer: LessonWriter) {}

    func endPart(into writer: LessonWriter) {}

    func follow(_ stream: Stream, into writer: LessonWriter) throws(MediaError) {
        throw refusal("another stream from here on")
    }

    func finish(into writer: LessonWriter) throws(MediaError) {
        if let fault = try check?.lastFault() { throw refusal(fault) }
        if let complaint = watch.complaintAtEnd() { throw refusal(complaint) }
        try writer.finish(track, or: statedEnd)
    }

    /// Two packets of a fine time base may fall on one tick of 90 kHz, which the muxer refuses.
    private func rescale(_ packet: Packet) throws(MediaError) {
        let pointer = packet.pointer
        av_packet_rescale_ts(pointer, timeBase, Track.timeBase)
        pointer.pointee.dts = max(pointer.pointee.dts, lastDTS + 1)
        lastDTS = pointer.pointee.dts
        if pointer.pointee.pts < lastDTS {
            guard track == .audio else { throw refusal("a picture that is shown before it is decoded") }
            pointer.pointee.pts = lastDTS
        }
    }

    private func refusal(_ what: String) -> MediaError {
        let rule = track == .audio ? OutputRule.soundCopySafe : .copySafe
        return rule.broken("the \(track) has \(what)")
    }
}
