import CLibAV
import MediaProtocol

/// How libx264 is set up for one lesson.
struct VideoSettings {
    let target: PictureTarget
    private let facts: VideoFacts
    private let stream: Stream
    private let options: ConversionOptions

    /// - Parameter facts: of the stream, as far as they were measured.
    init(_ facts: VideoFacts, stream: Stream, options: ConversionOptions) {
        self.facts = facts
        self.stream = stream
        self.options = options
        target = PictureTarget(facts, maxHeight: options.maxHeight)
    }

    /// The segment target in `timeBase`.
    func segmentTicks(_ timeBase: AVRational) -> Int64 {
        timeBase.ticks(options.segmentSeconds)
    }

    /// H.264 pictures that a decoder keeps: two for B-pictures that others are predicted from, and two for their order.
    private static let references = 4

    /// What the parameter sets have to say.
    var promise: PicturePromise {
        PicturePromise(
            width: target.width, height: target.height, colours: colours, maxLevel: level?.number ?? 0)
    }

    /// The lowest level for these pictures; libx264 would reckon with one picture in each tick of the time base, and say 6.2
    /// of a small film. It keeps no more references than the level has room for.
    private var level: H264Level? {
        H264Level.needed(
            width: target.width, height: target.height, rate: facts.highestRate,
            references: Self.references)
    }

    /// High profile, constant quality, closed GOPs no longer than a segment.
    func encoder(timeBase: AVRational, capture: LogCapture) throws(MediaError) -> Encoder {
        let own = [
            ("preset", options.preset), ("crf", "\(options.crf)"), ("profile", "high"), ("forced-idr", "1"),
        ]
        return try Encoder("libx264", capture: capture, options: own) { context in
            context.pointee.width = Int32(target.width)
            context.pointee.height = Int32(target.height)
            context.pointee.pix_fmt = AV_PIX_FMT_YUV420P
            context.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
            context.pointee.time_base = timeBase
            context.pointee.framerate = av_d2q(facts.highestRate, 1 << 20)
            if let level { context.pointee.level = Int32(level.number) }
            context.pointee.gop_size = longestGroup
            context.pointee.flags |= Int32(bitPattern: UInt32(AV_CODEC_FLAG_CLOSED_GOP))
            context.pointee.thread_count = Int32(ThreadBudget(threads: options.threads).encoding)
            setColours(context)
        }
    }

    private var longestGroup: Int32 {
        let rate = min(facts.frameRate, PictureThinning.maxRate)
        return rate > 0 ? Int32((rate * options.segmentSeconds).rounded(.up)).clamped(to: 24...600) : 250
    }

    /// What was not said is written down as a player would have guessed it of the source: of a picture that was made
    /// smaller or turned it may guess something else.
    private var colours: ColourTags {
        var tags = ColourTags(stream.parameters)
        if facts.gamut != .standard || facts.isRGB { tags = .standard }
        tags.isFull = false
        return tags.guessed(lines: facts.height)
    }

    private func setColours(_ context: UnsafeMutablePointer<AVCodecContext>) {
        let tags = colours
        context.pointee.color_range = AVCOL_RANGE_MPEG
        context.pointee.color_primaries = AVColorPrimaries(UInt32(tags.primaries))
        context.pointee.color_trc = AVColorTransferCharacteristic(UInt32(tags.transfer))
        context.pointee.colorspace = AVColorSpace(UInt32(tags.matrix))
    }
}
