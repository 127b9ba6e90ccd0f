import MediaProtocol

/// What the parts of a conversion cost beside each other, in seconds of one processor of 2020; only the proportions
/// count, because the speed is measured on the way (`Benchmarks/conversion_table.py` gave them).
struct Workload {
    /// Reading every packet once, before anything is decided; a transport stream has 188 bytes in a packet.
    private static let indexedByte = 0.3e-9
    private static let indexedTransportByte = 0.8e-9
    /// Starting the program and looking into the file.
    static let opening = 45e-3
    /// Reading, muxing, encrypting and writing a byte.
    private static let copiedByte = 1.6e-9
    /// Bringing a byte to the disk.
    private static let storedByte = 0.8e-9
    /// Ending the program, and giving the lesson its name.
    private static let closing = 4e-3
    /// Decoding and encoding a second of sound.
    private static let soundSecond = 16e-3
    /// Decoding and scaling a stored pixel; encoding a new one.
    private static let decodedPixel = 2.8e-9
    private static let encodedPixel = 8e-9
    /// The poster: loading what makes it, and decoding a pixel that refers to no other.
    private static let still = 12e-3
    private static let keyPixel = 10e-9
    /// Tone-mapping a pixel, and making fields a frame.
    private static let mappedPixel = 15e-9
    private static let deinterlacedPixel = 4e-9
    /// Where a file does not say how many pictures a second has.
    static let usualRate = 30.0

    private(set) var indexing = 0.0
    private(set) var copying = 0.0
    private(set) var sound = 0.0
    private(set) var decoding = 0.0
    private(set) var encoding = 0.0
    private(set) var poster = 0.0
    private(set) var publishing = Self.closing

    /// What is converted, once it was decided what is done with each stream.
    var converting: Double { copying + sound + decoding + encoding }
    /// What follows the index.
    var ahead: Double { converting + finishing }
    /// What follows the conversion.
    var finishing: Double { poster + publishing }

    /// - Parameter isStored: the caller waits for the disk afterwards.
    init(
        _ probe: MediaProbe, video: StreamDecision.Action, audio: StreamDecision.Action?,
        options: ConversionOptions
    ) {
        let bytes = Double(probe.byteSize)
        let isTransport = probe.container == "mpegts"
        indexing = bytes * (isTransport ? Self.indexedTransportByte : Self.indexedByte)
        if options.isStored { publishing += bytes * Self.storedByte }
        if let video = probe.video {
            poster = Self.still + Double(video.width * video.height) * Self.keyPixel
        }
        if audio == .transcode { sound = probe.duration * Self.soundSecond }
        switch video {
        case .copy: copying = bytes * Self.copiedByte
        case .transcode: if let facts = probe.video { transcode(facts, probe.duration, options) }
        }
    }

    private mutating func transcode(_ video: VideoFacts, _ duration: Double, _ options: ConversionOptions) {
        let rate = video.frameRate > 0 ? video.frameRate : Self.usualRate
        let target = PictureTarget(video, maxHeight: options.maxHeight)
        let pixels = Double(target.width * target.height)
        decoding = duration * rate * Double(video.width * video.height) * Self.decodedPixel
        if video.gamut == .hdr { decoding += duration * rate * pixels * Self.mappedPixel }
        if video.scan == .interlaced { decoding += duration * rate * pixels * Self.deinterlacedPixel }
        encoding = duration * min(rate, PictureThinning.maxRate) * pixels * Self.encodedPixel
    }
}
