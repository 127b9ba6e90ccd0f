import CLibAV

/// The sound of every lesson that is not copied: AAC-LC, stereo, 48 kHz, 128 kbit/s.
enum AudioSettings {
    static let sampleRate: Int32 = 48_000
    static let timeBase = AVRational(num: 1, den: 48_000)
    private static let bitRate: Int64 = 128_000

    /// Resampled and mixed to stereo such that loud surround sound does not clip; gaps filled with silence.
    static let chain =
        "aresample=48000:ochl=stereo:osf=fltp:async=1:rematrix_maxval=1.0,"
        + "aformat=sample_fmts=fltp:sample_rates=48000:channel_layouts=stereo"

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
