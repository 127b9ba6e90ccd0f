import CLibAV
import MediaProtocol

/// Pictures or samples in, packets out (avcodec.h: the send/receive API).
final class Encoder {
    private let context: CodecContext
    private let ownedParameters: CodecParameters

    /// - Parameters:
    ///   - name: libav's name of the encoder: "libx264", "aac".
    ///   - configure: sets sizes, rates and formats before the encoder opens.
    ///   - options: the encoder's own options by name.
    init(
        _ name: String, capture: LogCapture, options: [(String, String)],
        configure: (UnsafeMutablePointer<AVCodecContext>) -> Void
    ) throws(MediaError) {
        guard let codec = avcodec_find_encoder_by_name(name) else {
            throw MediaError(
                .internal, "libavcodec has no \(name).", operation: "avcodec_find_encoder_by_name")
        }
        let context = try CodecContext(codec, capture: capture)
        configure(context.pointer)
        var dictionary = LibAVOptions()
        for (name, value) in options { dictionary.set(name, value) }
        var code = avcodec_open2(context.pointer, codec, &dictionary.dictionary)
        guard code >= 0 else { throw .library("avcodec_open2 \(name)", code) }
        let parameters = try CodecParameters()
        code = avcodec_parameters_from_context(parameters.pointer, context.pointer)
        guard code >= 0 else { throw .library("avcodec_parameters_from_context", code) }
        self.context = context
        ownedParameters = parameters
    }

    /// What a muxer has to know; valid as long as this object.
    var parameters: UnsafePointer<AVCodecParameters> { UnsafePointer(ownedParameters.pointer) }

    /// Samples of one audio frame; 0 where the encoder takes any number.
    var frameSize: UInt32 { UInt32(max(0, context.pointer.pointee.frame_size)) }

    /// The scale of the times that go in and come out.
    var timeBase: AVRational { context.pointer.pointee.time_base }

    /// Encodes one frame (nil for the end of the stream) and gives each packet to `body`, which may keep it.
    func encode(_ frame: Frame?, _ body: (Packet) throws(MediaError) -> Void) throws(MediaError) {
        let code = avcodec_send_frame(context.pointer, frame?.pointer)
        guard code >= 0 || code == focust_averror_eof else { throw .library("avcodec_send_frame", code) }
        while true {
            let packet = try Packet()
            let code = avcodec_receive_packet(context.pointer, packet.pointer)
            if code == focust_averror_eagain || code == focust_averror_eof { return }
            guard code >= 0 else { throw .library("avcodec_receive_packet", code) }
            try body(packet)
        }
    }
}
