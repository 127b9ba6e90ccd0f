import CLibAV

/// What of a run of samples a filter graph is built for.
struct SoundShape: Equatable {
    let sampleRate: Int32
    let format: Int32
    let channels: Int32
    /// libav's description of the channels: "stereo", "5.1(side)", "3 channels".
    let layout: String

    /// The samples of one frame; channels without an order (PCM) get the usual one for their number.
    init(_ frame: Frame) {
        sampleRate = frame.pointer.pointee.sample_rate
        format = frame.pointer.pointee.format
        if frame.pointer.pointee.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC {
            av_channel_layout_default(
                &frame.pointer.pointee.ch_layout, frame.pointer.pointee.ch_layout.nb_channels)
        }
        channels = frame.pointer.pointee.ch_layout.nb_channels
        layout = Self.describe(&frame.pointer.pointee.ch_layout)
    }

    /// Options of libavfilter's `abuffer`.
    func input(_ timeBase: AVRational) -> String {
        let name = av_get_sample_fmt_name(AVSampleFormat(format)).map { String(cString: $0) } ?? "none"
        return "sample_rate=\(sampleRate):sample_fmt=\(name):channel_layout=\(layout)"
            + ":time_base=\(timeBase.num)/\(timeBase.den)"
    }

    private static func describe(_ layout: UnsafePointer<AVChannelLayout>) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            buffer.initialize(repeating: 0)
            guard let start = buffer.baseAddress else { return "" }
            av_channel_layout_describe(layout, start, buffer.count)
            return String(cString: start)
        }
    }
}
