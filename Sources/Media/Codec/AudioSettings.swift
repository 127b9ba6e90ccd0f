import CLibAV
import MediaProtocol

/// The sound of every lesson that is not copied: AAC-LC, stereo, 48 kHz, 128 kbit/s.
enum AudioSettings {
    static let sampleRate: Int32 = 48_000
    static let timeBase = AVRational(num: 1, den: 48_000)
    private static let bitRate: Int64 = 128_000

    /// Resampled and mixed to stereo such that loud surround sound does not clip; gaps filled with silence.
    ///
    /// A recorder's two clocks differ: a hundred parts in a million are a third of a second in an hour. From ten
    /// milliseconds on, sound is stretched towards its times by up to half a percent, which nobody hears; a tenth of a
    /// second is a gap or too much (libswresample's `min_hard_comp`). It resamples from the start (`flags=res`): beginning
    /// to on the way, it would forget what it had to make up for.
    private static let chain =
        "aresample=48000:ochl=stereo:osf=fltp:async=240:min_comp=0.01:flags=res:rematrix_maxval=1.0,"
        + "aformat=sample_fmts=fltp:sample_rates=48000:channel_layouts=stereo"

    /// The filters for samples of this shape.
    ///
    /// One channel goes to both sides as it is: libswresample would take 3 dB off, as of a centre channel that two
    /// loudspeakers play, and a copy beside it stays as loud as it was.
    static func chain(for shape: SoundShape) -> String {
        shape.channels == 1 ? "pan=stereo|c0=c0|c1=c0," + chain : chain
    }

    /// The filters for channels of which libswresample does not know where they stand.
    static let firstTwo = "pan=stereo|c0=c0|c1=c1," + chain

    /// Where sound of one shape follows that of another: what the first still says after the second has begun is left
    /// out, what lies between them is silence.
    static let jointInput =
        "sample_rate=48000:sample_fmt=fltp:channel_layout=stereo:time_base=\(timeBase.num)/\(timeBase.den)"
    static let jointChain = "aresample=48000:async=1:min_comp=0.001:min_hard_comp=0.001"

    static func encoder(capture: LogCapture) throws(MediaError) -> Encoder {
        try Encoder("aac", capture: capture, options: []) { context in
            context.pointee.bit_rate = bitRate
            context.pointee.sample_rate = sampleRate
            context.pointee.sample_fmt = AV_SAMPLE_FMT_FLTP
            context.pointee.time_base = timeBase
            context.pointee.thread_count = 1
            av_channel_layout_default(&context.pointee.ch_layout, 2)
        }
    }
}
