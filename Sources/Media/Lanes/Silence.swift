import CLibAV
import MediaProtocol

/// Fills a gap in the sound with frames of silence, so that a player's clock does not stand still.
///
/// libswresample fills gaps too, but all at once in memory, which a hostile file could make gigabytes of.
struct Silence {
    /// Gaps up to this are left to libswresample (seconds), which makes up for them by stretching.
    private static let shortest = 0.5
    /// The same before the first sound, from which libswresample counts.
    private static let shortestAtStart = 0.02
    /// Length of one frame of silence (seconds).
    private static let piece = 0.25

    /// Where the sound so far ends, in seconds; nil before the first.
    private(set) var position: Double?
    private var hasBegun = false

    /// The sound begins here, whenever its first frame comes.
    mutating func begin(at second: Double) {
        position = position ?? second
    }

    /// Gives `body` frames of silence like `frame` from where the sound before ended to where `frame` begins.
    mutating func fill(
        before frame: Frame, timeBase: AVRational, _ body: (Frame) throws(MediaError) -> Void
    ) throws(MediaError) {
        guard let pts = frame.pts else { return }
        let start = Double(pts) * timeBase.secondsPerTick
        let rate = max(1, Double(frame.pointer.pointee.sample_rate))
        try fill(until: start, like: frame, timeBase: timeBase, body)
        hasBegun = true
        position = start + Double(frame.pointer.pointee.nb_samples) / rate
    }

    /// Gives `body` frames of silence like `frame` from where the sound ended to `end`.
    mutating func fill(
        until end: Double, like frame: Frame, timeBase: AVRational, _ body: (Frame) throws(MediaError) -> Void
    ) throws(MediaError) {
        guard var position, end - position > (hasBegun ? Self.shortest : Self.shortestAtStart) else { return }
        let rate = max(1, Double(frame.pointer.pointee.sample_rate))
        while end - position > 1 / rate {
            let samples = (min(Self.piece, end - position) * rate).rounded(.down)
            let silence = try Self.frame(like: frame, samples: Int32(max(1, samples)))
            silence.pointer.pointee.pts = timeBase.ticks(position)
            try body(silence)
            position += max(1, samples) / rate
        }
        self.position = position
    }

    /// A frame of silence as the encoder takes it, where the film's own sound has not come yet.
    static func stereo() throws(MediaError) -> Frame {
        let frame = try Frame()
        frame.pointer.pointee.format = AV_SAMPLE_FMT_FLTP.rawValue
        frame.pointer.pointee.sample_rate = AudioSettings.sampleRate
        av_channel_layout_default(&frame.pointer.pointee.ch_layout, 2)
        try fill(frame, samples: 1)
        return frame
    }

    private static func frame(like other: Frame, samples: Int32) throws(MediaError) -> Frame {
        let frame = try Frame()
        frame.pointer.pointee.format = other.pointer.pointee.format
        frame.pointer.pointee.sample_rate = other.pointer.pointee.sample_rate
        av_channel_layout_copy(&frame.pointer.pointee.ch_layout, &other.pointer.pointee.ch_layout)
        try fill(frame, samples: samples)
        return frame
    }

    private static func fill(_ frame: Frame, samples: Int32) throws(MediaError) {
        frame.pointer.pointee.nb_samples = samples
        let code = av_frame_get_buffer(frame.pointer, 0)
        guard code >= 0 else { throw .library("av_frame_get_buffer", code) }
        av_samples_set_silence(
            frame.pointer.pointee.extended_data, 0, samples, frame.pointer.pointee.ch_layout.nb_channels,
            AVSampleFormat(frame.pointer.pointee.format))
    }
}
