import CLibAV
import MediaProtocol

/// Sound for the poorest lines: one channel at a low rate, frame by frame in the place of the first rendition's, so that it
/// is cut at the same ones.
///
/// An encoder's first frame holds what was before the beginning (its priming); it is left out, and the others stand where
/// the frames that they were made of stood.
final class MonoSound {
    /// Bits per second.
    static let bitRate = 40_000

    private let decoder: CodecContext
    private let encoder: Encoder
    private let decoded: Frame
    private let rate: Int32
    /// Of each frame so far whose packet has not been handed on, its time; the first one's number.
    private var times: ArraySlice<Int64> = []
    private var packets: [OutputPacket] = []
    private var given: Int64 = 0
    private var isOver = false

    var parameters: UnsafePointer<AVCodecParameters> { encoder.parameters }

    /// - Parameter rate: Hz, which it keeps.
    init(rate: Int32, capture: LogCapture) throws(MediaError) {
        self.rate = rate
        decoded = try Frame()
        guard let codec = AcceptedDecoders.decoder(for: AV_CODEC_ID_AAC) else {
            throw MediaError(.internal, "libavcodec cannot decode AAC.", operation: "avcodec_find_decoder")
        }
        decoder = try CodecContext(codec, capture: capture)
        decoder.pointer.pointee.sample_rate = rate
        decoder.pointer.pointee.thread_count = 1
        let code = avcodec_open2(decoder.pointer, codec, nil)
        guard code >= 0 else { throw .library("avcodec_open2 aac", code) }
        encoder = try Encoder("aac", capture: capture, options: []) { context in
            context.pointee.bit_rate = Int64(Self.bitRate)
            context.pointee.sample_rate = rate
            context.pointee.sample_fmt = AV_SAMPLE_FMT_FLTP
            context.pointee.time_base = AVRational(num: 1, den: rate)
            context.pointee.thread_count = 1
            av_channel_layout_default(&context.pointee.ch_layout, 1)
        }
    }

    /// Encodes the sound of the next segment.
    func accept(_ units: [TransportSegment.Unit]) throws(MediaError) {
        for unit in units {
            for (number, frame) in ADTSFrame.all(in: unit.bytes).enumerated() {
                let delay = Int64(number * ADTSFrame.samples) * 90_000 / Int64(rate)
                times.append(unit.pts + delay)
                try encode(try mono(frame))
            }
        }
    }

    /// No segment follows.
    func finish() throws(MediaError) {
        guard !isOver else { return }
        isOver = true
        try encoder.encode(nil) { packet throws(MediaError) in self.take(packet) }
    }

    /// The next `count` packets, each with the time of the frame that it was made of.
    func next(_ count: Int) -> [OutputPacket] {
        defer { packets.removeFirst(min(count, packets.count)) }
        return Array(packets.prefix(count))
    }

    /// A frame's samples, both sides added and halved; silence where nothing can be decoded.
    private func mono(_ frame: ADTSFrame) throws(MediaError) -> Frame {
        let result = try silence()
        let packet = try Packet(Array(frame.bytes))
        guard avcodec_send_packet(decoder.pointer, packet.pointer) >= 0,
            avcodec_receive_frame(decoder.pointer, decoded.pointer) >= 0
        else { return result }
        defer { decoded.unreference() }
        let picture = decoded.pointer.pointee
        guard picture.format == AV_SAMPLE_FMT_FLTP.rawValue, picture.sample_rate == rate,
            let planes = picture.extended_data, let output = result.pointer.pointee.extended_data[0]
        else { return result }
        let count = min(Int(picture.nb_samples), ADTSFrame.samples)
        let channels = max(1, min(2, Int(picture.ch_layout.nb_channels)))
        output.withMemoryRebound(to: Float.self, capacity: count) { output in
            for channel in 0..<channels {
                planes[channel]?.withMemoryRebound(to: Float.self, capacity: count) { samples in
                    for index in 0..<count { output[index] += samples[index] / Float(channels) }
                }
            }
        }
        return result
    }

    private func silence() throws(MediaError) -> Frame {
        let frame = try Frame()
        frame.pointer.pointee.format = AV_SAMPLE_FMT_FLTP.rawValue
        frame.pointer.pointee.sample_rate = rate
        frame.pointer.pointee.nb_samples = Int32(ADTSFrame.samples)
        av_channel_layout_default(&frame.pointer.pointee.ch_layout, 1)
        let code = av_frame_get_buffer(frame.pointer, 0)
        guard code >= 0 else { throw .library("av_frame_get_buffer", code) }
        av_samples_set_silence(
            frame.pointer.pointee.extended_data, 0, frame.pointer.pointee.nb_samples, 1, AV_SAMPLE_FMT_FLTP)
        return frame
    }

    private func encode(_ frame: Frame) throws(MediaError) {
        frame.pointer.pointee.pts = given
        given += Int64(ADTSFrame.samples)
        try encoder.encode(frame) { packet throws(MediaError) in self.take(packet) }
    }

    private func take(_ packet: Packet) {
        guard let pts = packet.pts, pts >= 0, let time = times.popFirst() else { return }
        packet.pointer.pointee.pts = time
        packet.pointer.pointee.dts = time
        packet.pointer.pointee.duration = 90_000 * Int64(ADTSFrame.samples) / Int64(rate)
        packets.append(OutputPacket(packet: packet, track: .audio, startsSegment: false))
    }
}
