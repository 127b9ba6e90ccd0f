import CLibAV
import MediaProtocol

/// Fills a gap in the sound with frames of silence, so that a player's clock does not stand still.
///
/// libswresample fills gaps too, but all at once in memory, which a hostile file could make gigabytes of.
struct Silence {
    /// Gaps up to this are left to libswresample (seconds).
    private static let shortest = 0.5
    /// Length of one frame of silence (seconds).
    private static let piece = 0.25

    private var expected: Double?

    /// Gives `body` frames of silence like `frame` from where the sound before ended to where `frame` begins.
    mutating func fill(
        before frame: Frame, timeBase: AVRational, _ body: (Frame) throws(MediaError) -> Void
    ) throws(MediaError) {
        guard let pts = frame.pts else { return }
        let scale = Double(timeBase.num) / Double(max(1, timeBase.den))
        let rate = max(1, Double(frame.pointer.pointee.sample_rate))
        let start = Double(pts) * scale
        let samples = max(1, (rate * Self.piece).rounded(.down))
        if var position = expected {
            while start - position > Self.shortest {
                let silence = try Self.frame(like: frame, samples: Int32(samples))
                silence.pointer.pointee.pts = Int64((position / scale).rounded())
                try body(silence)
                position += samples / rate
            }
        }
        expected = start + Double(frame.pointer.pointee.nb_samples) / rate
    }

    private static func frame(like other: Frame, samples: Int32) throws(MediaError) -> Frame {
        let frame = try Frame()
        frame.pointer.pointee.format = other.pointer.pointee.format
        frame.pointer.pointee.sample_rate = other.pointer.pointee.sample_rate
        frame.pointer.pointee.nb_samples = samples
        av_channel_layout_copy(&frame.pointer.pointee.ch_layout, &other.pointer.pointee.ch_layout)
        let code = av_frame_get_buffer(frame.pointer, 0)
        guard code >= 0 else { throw .library("av_frame_get_buffer", code) }
        av_samples_set_silence(
            frame.pointer.pointee.extended_data, 0, samples, frame.pointer.pointee.ch_layout.nb_channels,
            AVSampleFormat(frame.pointer.pointee.format))
        return frame
    }
}
