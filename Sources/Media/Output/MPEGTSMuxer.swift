import CLibAV
import MediaProtocol

/// libavformat's `mpegts` muxer, writing into a `SegmentSink`.
final class MPEGTSMuxer {
    private var context: UnsafeMutablePointer<AVFormatContext>?
    private let sink: SegmentSink
    /// Of each track.
    private let framings: [TransportFraming?]
    private var framed: [UInt8] = []
    /// What the muxer is given in place of a packet that was framed anew.
    private let substitute: Packet

    /// What libavformat adds to all times of a lesson: a decoder's buffer has so long to fill (90 kHz).
    static let lead: Int64 = 126_000

    /// - Parameters:
    ///   - tracks: codec parameters of each track, in the order of `Track`.
    ///   - lead: added to all times; as usual, or 0.
    init(
        tracks: [UnsafePointer<AVCodecParameters>], sink: SegmentSink, lead: Int64 = MPEGTSMuxer.lead
    ) throws(MediaError) {
        self.sink = sink
        framings = tracks.map { TransportFraming($0.pointee) }
        substitute = try Packet()
        let code = avformat_alloc_output_context2(&context, nil, "mpegts", nil)
        guard code >= 0, let context else { throw .library("avformat_alloc_output_context2", code) }
        context.pointee.pb = try sink.context()
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        // As the ffmpeg command line has it: room for the decoder's buffer between clock and picture.
        context.pointee.max_delay = lead == 0 ? 0 : 700_000
        context.pointee.flush_packets = 0
        // Timestamps are shifted once, before they come here.
        context.pointee.avoid_negative_ts = 0
        for parameters in tracks {
            guard let stream = avformat_new_stream(context, nil) else {
                throw .outOfMemory("avformat_new_stream")
            }
            let code = avcodec_parameters_copy(stream.pointee.codecpar, parameters)
            guard code >= 0 else { throw .library("avcodec_parameters_copy", code) }
            stream.pointee.codecpar.pointee.codec_tag = 0
            stream.pointee.time_base = Track.timeBase
        }
        try writeHeader(context)
    }

    deinit {
        avformat_free_context(context)
    }

    /// Writes one packet; its contents are consumed.
    func write(_ packet: OutputPacket) throws(MediaError) {
        let pointer = packet.packet.pointer
        pointer.pointee.stream_index = Int32(packet.track.rawValue)
        pointer.pointee.pos = -1
        let code =
            framings[packet.track.rawValue].map { writeFramed(packet.packet, $0) }
            ?? av_write_frame(context, pointer)
        if let failure = sink.failure { throw failure }
        // What a damaged file calls a packet of H.264 or AAC is not always one.
        if code == focust_averror_invaliddata {
            throw OutputRule.copySafe.broken("the muxer refuses a packet")
        }
        guard code >= 0 else { throw .library("av_write_frame", code) }
    }

    private func writeFramed(_ packet: Packet, _ framing: TransportFraming) -> Int32 {
        framed.removeAll(keepingCapacity: true)
        guard framing.append(packet.bytes, to: &framed) else { return focust_averror_invaliddata }
        let pointer = substitute.pointer
        let code = av_packet_copy_props(pointer, packet.pointer)
        guard code >= 0 else { return code }
        pointer.pointee.stream_index = packet.pointer.pointee.stream_index
        defer { substitute.unreference() }
        return framed.withUnsafeMutableBytes { bytes in
            // Without a buffer of its own the packet is only lent: the muxer copies what it keeps.
            pointer.pointee.data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            pointer.pointee.size = Int32(bytes.count)
            return av_write_frame(context, pointer)
        }
    }

    /// Pushes everything that is still buffered into the open segment.
    func flush() throws(MediaError) {
        let code = av_write_frame(context, nil)
        avio_flush(context?.pointee.pb)
        if let failure = sink.failure { throw failure }
        guard code >= 0 else { throw .library("av_write_frame", code) }
    }

    /// The next packet is preceded by PAT and PMT.
    func repeatTables() {
        av_opt_set(context?.pointee.priv_data, "mpegts_flags", "resend_headers", 0)
    }

    private func writeHeader(_ context: UnsafeMutablePointer<AVFormatContext>) throws(MediaError) {
        var options = LibAVOptions()
        // Every segment begins with the tables; repeating them within one is bytes for nobody (seconds).
        options.set("pat_period", 86_400)
        options.set("sdt_period", 86_400)
        let code = avformat_write_header(context, &options.dictionary)
        // AAC that ADTS cannot say, of which the plan did not know.
        if code == focust_averror_invaliddata {
            throw OutputRule.soundCopySafe.broken("the muxer refuses the headers")
        }
        guard code >= 0 else { throw .library("avformat_write_header", code) }
    }
}
