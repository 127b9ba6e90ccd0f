import CLibAV
import MediaProtocol

/// Packets in, pictures or samples out (avcodec.h: the send/receive API).
final class Decoder {
    /// Of the error that says that nothing comes of a stream's packets.
    static let operation = "avcodec_send_packet"

    private let context: CodecContext
    private let frame: Frame
    private let limits: MediaLimits
    private var fruitless = 0
    private var hasDecoded = false

    /// - Parameters:
    ///   - threads: worker threads.
    ///   - isForFaultsAlone: what comes out is not looked at, and need not be beautiful.
    convenience init(
        _ stream: Stream, threads: Int, limits: MediaLimits, capture: LogCapture,
        isForFaultsAlone: Bool = false
    ) throws(MediaError) {
        try self.init(
            stream.pointer.pointee.codecpar, timeBase: stream.timeBase, threads: threads, limits: limits,
            capture: capture, isForFaultsAlone: isForFaultsAlone)
    }

    /// The same for packets that come from no stream of libavformat's.
    init(
        _ parameters: UnsafePointer<AVCodecParameters>, timeBase: AVRational, threads: Int,
        limits: MediaLimits, capture: LogCapture, isForFaultsAlone: Bool = false
    ) throws(MediaError) {
        guard let codec = AcceptedDecoders.decoder(for: parameters.pointee.codec_id) else {
            let name = String(cString: avcodec_get_name(parameters.pointee.codec_id))
            throw MediaError(
                .unsupported, "\(name) cannot be decoded.", operation: "avcodec_find_decoder")
        }
        self.limits = limits
        frame = try Frame()
        context = try CodecContext(codec, capture: capture)
        let code = avcodec_parameters_to_context(context.pointer, parameters)
        guard code >= 0 else { throw .library("avcodec_parameters_to_context", code) }
        context.pointer.pointee.pkt_timebase = timeBase
        context.pointer.pointee.thread_count = Int32(threads)
        context.pointer.pointee.max_pixels = Int64(limits.maxPixels)
        if isForFaultsAlone { context.pointer.pointee.skip_loop_filter = AVDISCARD_ALL }
        try open(codec)
    }

    /// Whether a decoder can be set up for the stream: some kinds of AAC have a name and none.
    static func opens(_ stream: Stream, limits: MediaLimits) -> Bool {
        let capture = LogCapture()
        return (try? Decoder(stream, threads: 1, limits: limits, capture: capture)) != nil
    }

    /// Decodes one packet (nil for the end of the stream) and gives each frame to `body`, which must not keep it.
    ///
    /// A damaged packet is skipped, as players do it; throws `.unsupported` where nothing else comes.
    func decode(
        _ packet: Packet?, _ body: (Frame) throws(MediaError) -> Void
    ) throws(MediaError) {
        let code = avcodec_send_packet(context.pointer, packet?.pointer)
        fruitless += 1
        while try receive() {
            fruitless = 0
            hasDecoded = true
            try body(frame)
            frame.unreference()
        }
        guard fruitless <= limits.maxPacketsWithoutProgress, packet != nil || hasDecoded else {
            throw .input(Self.operation, code, "The file is damaged: nothing in it can be decoded.")
        }
    }

    /// Gives every frame that the packets so far still hold. Packets that follow are decoded from the next key packet on.
    func drain(_ body: (Frame) throws(MediaError) -> Void) throws(MediaError) {
        avcodec_send_packet(context.pointer, nil)
        while try receive() {
            hasDecoded = true
            try body(frame)
            frame.unreference()
        }
        avcodec_flush_buffers(context.pointer)
    }

    /// Decodes a packet that stands for itself, and forgets it; of a damaged one something may come, or nothing.
    ///
    /// - Parameter body: takes a frame, and whether nothing of it had to be concealed.
    func decodeAlone(_ packet: Packet, _ body: (Frame, Bool) throws(MediaError) -> Void) throws(MediaError) {
        for packet in [packet.pointer, nil] {
            let code = avcodec_send_packet(context.pointer, packet)
            while try receive() {
                // frame.h: how libavcodec says that it concealed something.
                let isWhole = code >= 0 && frame.pointer.pointee.decode_error_flags == 0
                try body(frame, isWhole)
                frame.unreference()
            }
        }
        avcodec_flush_buffers(context.pointer)
    }

    /// Decodes one packet for its faults alone; nil ends a run of packets, after which another may begin anywhere. False where
    /// something was damaged, or the run that ends gave nothing.
    func decodesWell(_ packet: Packet?) throws(MediaError) -> Bool {
        let code = avcodec_send_packet(context.pointer, packet?.pointer)
        var isGood = code >= 0 || code == focust_averror_eof
        while true {
            let code = avcodec_receive_frame(context.pointer, frame.pointer)
            if code == focust_averror_eagain || code == focust_averror_eof { break }
            guard code >= 0 else {
                isGood = false
                break
            }
            if frame.pointer.pointee.decode_error_flags != 0 { isGood = false }
            hasDecoded = true
            frame.unreference()
        }
        guard packet == nil else { return isGood }
        avcodec_flush_buffers(context.pointer)
        defer { hasDecoded = false }
        return isGood && hasDecoded
    }

    private func open(_ codec: UnsafePointer<AVCodec>) throws(MediaError) {
        var options = LibAVOptions()
        options.set("codec_whitelist", AcceptedDecoders.names)
        let code = avcodec_open2(context.pointer, codec, &options.dictionary)
        guard code >= 0 else { throw .input("avcodec_open2", code, "This video cannot be decoded.") }
    }

    private func receive() throws(MediaError) -> Bool {
        while true {
            let code = avcodec_receive_frame(context.pointer, frame.pointer)
            switch code {
            case 0: return true
            case focust_averror_eagain, focust_averror_eof: return false
            default:
                fruitless += 1
                guard fruitless <= limits.maxPacketsWithoutProgress else { return false }
            }
        }
    }
}
