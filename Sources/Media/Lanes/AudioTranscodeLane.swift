import CLibAV
import MediaProtocol

/// Decodes sound, mixes it to stereo at 48 kHz and encodes it as AAC.
final class AudioTranscodeLane: Lane {
    let track = Track.audio
    private let decoder: Decoder
    private let encoder: Encoder
    private let timeBase: AVRational
    private var shape: SoundShape?
    private var graph: FilterGraph?
    private let cancellation: Cancellation
    private var silence = Silence()
    private var undated = UndatedFrames()
    private var lastDTS = Int64.min

    var parameters: UnsafePointer<AVCodecParameters> { encoder.parameters }

    init(_ stream: Stream, job: ConversionJob) throws(MediaError) {
        decoder = try Decoder(stream, threads: 1, limits: job.limits, capture: job.capture)
        encoder = try AudioSettings.encoder(capture: job.capture)
        timeBase = stream.timeBase
        cancellation = job.cancellation
    }

    func accept(_ packet: Packet, into writer: LessonWriter) throws(MediaError) {
        try decoder.decode(packet) { frame throws(MediaError) in try self.filter(frame, writer) }
    }

    func finish(into writer: LessonWriter) throws(MediaError) {
        try decoder.decode(nil) { frame throws(MediaError) in try self.filter(frame, writer) }
        for frame in undated.datedFromZero(duration: duration) { try filterDated(frame, writer) }
        try drain(writer)
        try encoder.encode(nil) { packet throws(MediaError) in try self.pass(packet, writer) }
        try writer.finish(.audio)
    }

    private func filter(_ frame: Frame, _ writer: LessonWriter) throws(MediaError) {
        frame.pointer.pointee.pts = frame.pointer.pointee.best_effort_timestamp
        if let pts = frame.pts {
            for earlier in undated.dated(before: pts, duration: duration) {
                try filterDated(earlier, writer)
            }
        } else if try undated.hold(frame) {
            return
        }
        try filterDated(frame, writer)
    }

    /// In ticks of the stream.
    private func duration(_ frame: Frame) -> Double {
        let seconds =
            Double(frame.pointer.pointee.nb_samples) / Double(max(1, frame.pointer.pointee.sample_rate))
        return seconds * Double(timeBase.den) / Double(max(1, timeBase.num))
    }

    private func filterDated(_ frame: Frame, _ writer: LessonWriter) throws(MediaError) {
        let shape = SoundShape(frame)
        if shape != self.shape {
            try drain(writer)
            graph = try FilterGraph.sound(shape, timeBase)
            graph?.setFrameSize(encoder.frameSize)
            self.shape = shape
        }
        try silence.fill(before: frame, timeBase: timeBase) { frame throws(MediaError) in
            try self.cancellation.check()
            try self.resample(frame, writer)
        }
        try resample(frame, writer)
    }

    private func resample(_ frame: Frame, _ writer: LessonWriter) throws(MediaError) {
        try graph?.filter(frame) { samples throws(MediaError) in try self.encode(samples, writer) }
    }

    private func drain(_ writer: LessonWriter) throws(MediaError) {
        try graph?.filter(nil) { samples throws(MediaError) in try self.encode(samples, writer) }
    }

    private func encode(_ samples: Frame, _ writer: LessonWriter) throws(MediaError) {
        try encoder.encode(samples) { packet throws(MediaError) in try self.pass(packet, writer) }
    }

    private func pass(_ packet: Packet, _ writer: LessonWriter) throws(MediaError) {
        let pointer = packet.pointer
        av_packet_rescale_ts(pointer, AudioSettings.timeBase, Track.timeBase)
        pointer.pointee.dts = max(pointer.pointee.dts, lastDTS == .min ? .min : lastDTS + 1)
        pointer.pointee.pts = max(pointer.pointee.pts, pointer.pointee.dts)
        lastDTS = pointer.pointee.dts
        try writer.append(OutputPacket(packet: packet, track: .audio, startsSegment: false))
    }
}
