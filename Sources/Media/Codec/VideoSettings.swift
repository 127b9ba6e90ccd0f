import CLibAV
import MediaProtocol

/// How libx264 is set up for one lesson.
struct VideoSettings {
    let target: PictureTarget
    private let facts: VideoFacts
    private let source: ColourTags
    private let options: ConversionOptions
    /// Nil for the only rendition of a lesson, whose rate is as high as its quality asks for.
    private let rung: RungSettings?
    /// Seconds of the longest segment, and of the film; 0 where that is not known.
    private let longestSegment: Double
    private let seconds: Double

    /// - Parameter facts: of the stream, as far as they were measured.
    init(
        _ facts: VideoFacts, stream: Stream, options: ConversionOptions, rung: RungSettings? = nil,
        seconds: Double = 0
    ) {
        self.init(facts, ColourTags(stream.parameters), options: options, rung: rung, seconds: seconds)
    }

    /// - Parameters:
    ///   - source: what is said of the colours that come in.
    ///   - seconds: of the film; 0 where it is not known.
    ///   - longestSegment: seconds, where segments end elsewhere than the target says.
    init(
        _ facts: VideoFacts, _ source: ColourTags, options: ConversionOptions, rung: RungSettings?,
        seconds: Double, longestSegment: Double? = nil
    ) {
        self.seconds = seconds
        self.facts = facts
        self.source = source
        self.options = options
        self.rung = rung
        self.longestSegment = longestSegment ?? options.segmentSeconds
        target = rung?.target ?? PictureTarget(facts, maxHeight: options.maxHeight)
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
            width: target.width, height: target.height, rate: highestRate, bits: bits,
            references: Self.references)
    }

    private var highestRate: Double { min(facts.highestRate, rung?.maxFrameRate ?? .infinity) }

    /// High profile, constant quality, closed GOPs no longer than a segment.
    ///
    /// - Parameter threads: of the encoder; nil for as many as the conversion has.
    func encoder(
        timeBase: AVRational, capture: LogCapture, threads: Int? = nil
    ) throws(MediaError) -> Encoder {
        let threads = threads ?? ThreadBudget(threads: options.threads).encoding
        let own = [
            ("preset", options.preset), ("crf", "\(rung?.crf ?? options.crf)"), ("profile", "high"),
            ("forced-idr", "1"),
        ]
        return try Encoder("libx264", capture: capture, options: own) { context in
            context.pointee.width = Int32(target.width)
            context.pointee.height = Int32(target.height)
            context.pointee.pix_fmt = AV_PIX_FMT_YUV420P
            context.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
            context.pointee.time_base = timeBase
            context.pointee.framerate = av_d2q(highestRate, 1 << 20)
            if let level { context.pointee.level = Int32(level.number) }
            context.pointee.gop_size = longestGroup
            context.pointee.flags |= Int32(bitPattern: UInt32(AV_CODEC_FLAG_CLOSED_GOP))
            context.pointee.thread_count = Int32(threads)
            limitRate(context)
            setColours(context)
        }
    }

    private var longestGroup: Int32 {
        let rate = min(facts.frameRate, PictureThinning.maxRate, rung?.maxFrameRate ?? .infinity)
        return rate > 0
            ? Int32((rate * longestSegment).rounded(.up)).clamped(to: 24...(rung == nil ? 600 : 1200)) : 250
    }

    /// What x264 may take in a second, and save up.
    private var bits: (rate: Int, buffer: Int) {
        guard let rung else { return (0, 0) }
        let rate = rung.pictureRate(within: seconds)
        return (rate, Int(Double(rate) * rung.bufferSeconds))
    }

    /// Constant quality within what a line carries (libx264's `maxrate` and `bufsize`).
    private func limitRate(_ context: UnsafeMutablePointer<AVCodecContext>) {
        guard rung != nil else { return }
        context.pointee.rc_max_rate = Int64(bits.rate)
        context.pointee.rc_buffer_size = Int32(clamping: bits.buffer)
    }

    /// What was not said is written down as a player would have guessed it of the source: of a picture that was made
    /// smaller or turned it may guess something else.
    private var colours: ColourTags {
        var tags = source
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
