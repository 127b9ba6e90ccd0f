import CLibAV
import MediaProtocol

/// How libx264 is set up for one lesson.
struct VideoSettings {
    let chain: PictureChain
    let stream: Stream
    let options: ConversionOptions

    /// The segment target in `timeBase`.
    func segmentTicks(_ timeBase: AVRational) -> Int64 {
        Int64((options.segmentSeconds * Double(timeBase.den) / Double(max(1, timeBase.num))).rounded())
    }

    /// High profile, constant quality, closed GOPs no longer than a segment.
    func encoder(
        timeBase: AVRational, frameRate: AVRational, capture: LogCapture
    ) throws(MediaError) -> Encoder {
        let own = [
            ("preset", options.preset), ("crf", "\(options.crf)"), ("profile", "high"), ("forced-idr", "1"),
        ]
        return try Encoder("libx264", capture: capture, options: own) { context in
            context.pointee.width = Int32(chain.target.width)
            context.pointee.height = Int32(chain.target.height)
            context.pointee.pix_fmt = AV_PIX_FMT_YUV420P
            context.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
            context.pointee.time_base = timeBase
            context.pointee.framerate = frameRate
            context.pointee.gop_size = longestGroup
            context.pointee.flags |= Int32(bitPattern: UInt32(AV_CODEC_FLAG_CLOSED_GOP))
            context.pointee.thread_count = Int32(ThreadBudget(threads: options.threads).encoding)
            setColours(context)
        }
    }

    private var longestGroup: Int32 {
        let rate = min(chain.video.frameRate, Double(PictureChain.maxFrameRate))
        return rate > 0 ? Int32((rate * options.segmentSeconds).rounded(.up)).clamped(to: 24...600) : 250
    }

    private func setColours(_ context: UnsafeMutablePointer<AVCodecContext>) {
        let source = stream.parameters
        let isRewritten = chain.video.gamut != .standard || chain.video.isRGB
        context.pointee.color_range = AVCOL_RANGE_MPEG
        context.pointee.color_primaries = isRewritten ? AVCOL_PRI_BT709 : source.color_primaries
        context.pointee.color_trc = isRewritten ? AVCOL_TRC_BT709 : source.color_trc
        context.pointee.colorspace = isRewritten ? AVCOL_SPC_BT709 : source.color_space
    }
}

extension Comparable {
    /// The nearest value within `range`.
    fileprivate func clamped(to range: ClosedRange<Self>) -> Self {
        min(max(self, range.lowerBound), range.upperBound)
    }
}
