import CLibAV
import MediaProtocol

/// Decodes sound, mixes it to stereo at 48 kHz and encodes it as AAC.
final class AudioTranscodeLane: Lane {
    let track = Track.audio
    private var decoder: Decoder
    private let limits: MediaLimits
    private let capture: LogCapture
    private let encoder: Encoder
    private let timeBase: AVRational
    private var shape: SoundShape?
    private var graph: FilterGraph?
    /// Where the sounds of all shapes follow one another.
    private let joint: FilterGraph
    private let times: TrackTimes
    private let cancellation: Cancellation
    /// What silence has to be like: the first frame of the present shape.
    private var model: Frame?
    private var silence = Silence()
    private var undated = UndatedFrames()
    private var lastDTS = Int64.min

    var parameters: UnsafePointer<AVCodecParameters> { encoder.parameters }

    init(_ stream: Stream, job: ConversionJob) throws(MediaError) {
        limits = job.limits
        capture = job.capture
        decoder = try Decoder(stream, threads: 1, limits: limits, capture: capture)
        encoder = try AudioSettings.encoder(capture: job.capture)
        joint = try FilterGraph.soundJoint(frameSize: encoder.frameSize)
        timeBase = stream.timeBase
        times = job.times
        cancellation = job.cancellation
    }

    func accept(_ packet: Packet, into writer: LessonWriter) throws(MediaError) {
        try decoder.decode(packet) { frame throws(MediaError) in try self.filter(frame, writer) }
    }

    func wait(until second: Double, into writer: LessonWriter) throws(MediaError) {
        beginWithPictures()
        if model == nil { try prepare(for: Silence.stereo(), writer) }
        try fill(until: second, writer)
    }

    func endPart(into writer: LessonWriter) throws(MediaError) {
        try decoder.decode(nil) { frame throws(MediaError) in try self.filter(frame, writer) }
    }

    func follow(_ stream: Stream, into writer: LessonWriter) throws(MediaError) {
        decoder = try Decoder(stream, threads: 1, limits: limits, capture: capture)
    }

    func finish(into writer: LessonWriter) throws(MediaError) {
        for frame in undated.datedFromZero(duration: duration) { try filterDated(frame, writer) }
        // A frame of the encoder more would make the lesson longer than its pictures.
        let frame = Double(encoder.frameSize) / Double(AudioSettings.sampleRate)
        if let end = times[.video]?.end { try fill(until: end - frame, writer) }
        try drain(writer)
        try joint.filter(nil) { samples throws(MediaError) in try self.encode(samples, writer) }
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
        beginWithPictures()
        try prepare(for: frame, writer)
        try silence.fill(before: frame, timeBase: timeBase) { frame throws(MediaError) in
            try self.resampleSilence(frame, writer)
        }
        try resample(frame, writer)
    }

    /// Sound of another shape needs filters of its own.
    private func prepare(for frame: Frame, _ writer: LessonWriter) throws(MediaError) {
        let shape = SoundShape(frame)
        guard shape != self.shape else { return }
        try drain(writer)
        graph = try FilterGraph.sound(shape, timeBase)
        self.shape = shape
        model = try Frame(sharing: frame)
    }

    private func beginWithPictures() {
        if let start = times[.video]?.start { silence.begin(at: start) }
    }

    private func fill(until second: Double, _ writer: LessonWriter) throws(MediaError) {
        guard let model else { return }
        try silence.fill(until: second, like: model, timeBase: timeBase) { frame throws(MediaError) in
            try self.resampleSilence(frame, writer)
        }
    }

    private func resampleSilence(_ frame: Frame, _ writer: LessonWriter) throws(MediaError) {
        try cancellation.check()
        try resample(frame, writer)
    }

    private func resample(_ frame: Frame, _ writer: LessonWriter) throws(MediaError) {
        try graph?.filter(frame) { samples throws(MediaError) in try self.join(samples, writer) }
    }

    private func drain(_ writer: LessonWriter) throws(MediaError) {
        try graph?.filter(nil) { samples throws(MediaError) in try self.join(samples, writer) }
    }

    private func join(_ samples: Frame, _ writer: LessonWriter) throws(MediaError) {
        try joint.filter(samples) { samples throws(MediaError) in try self.encode(samples, writer) }
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
