import Domain
import MediaProtocol

/// What the first rendition of a lesson is, as far as its files tell without being decoded.
struct FirstFacts: Sendable {
    /// When each segment begins, 90 kHz.
    let cuts: [Int64]
    let video: VideoFacts
    let colours: ColourTags
    let rates: BitRates
    /// Hz; nil for a silent lesson.
    let soundRate: Int32?
    /// Bits per second of the sound.
    let soundBitrate: Int
    /// The sound has one channel.
    let isMono: Bool
    let codecs: String
    /// Pictures that are decoded before one that is shown in front of them, at most.
    let reordering: Int
    /// The parameter sets of its first picture.
    let parameterSets: [[UInt8]]
    /// What the muxer adds to times that begin as these do.
    let lead: Int64
    /// Seconds of the longest segment.
    let longestSegment: Double

    init(_ first: FirstRendition) throws(MediaError) {
        // Their pictures and their sound are like the others'.
        let numbers = [0, first.segments.count / 2, first.segments.count - 1]
        var (pictures, seconds, soundBytes, reordering) = (0, 0.0, 0, 0)
        for number in Set(numbers) {
            let segment = try first.read(number)
            pictures += segment.pictures.count
            reordering = max(reordering, segment.reordering)
            soundBytes += segment.sounds.reduce(0) { $0 + $1.bytes.count }
            seconds += first.segments[number].seconds
        }
        let head = try first.read(0)
        guard let picture = head.pictures.first,
            let set = picture.bytes.withUnsafeBytes({ AccessUnitFacts($0, lengthSize: nil) }).stated
        else { throw FirstRendition.refusal("its pictures have no headers") }
        parameterSets = picture.bytes.withUnsafeBytes { AccessUnitFacts($0, lengthSize: nil) }.parameterSets
        cuts = try first.starts()
        let rate = seconds > 0 ? Double(pictures) / seconds : 0
        video = VideoFacts(of: set, frameRate: rate)
        colours = set.colours
        let frame = head.sounds.first.flatMap { ADTSFrame.all(in: $0.bytes).first }
        guard head.hasSound == (frame != nil) || head.sounds.isEmpty else {
            throw FirstRendition.refusal("its sound is no AAC")
        }
        soundRate = frame?.rate
        isMono = frame?.channels == 1
        soundBitrate = frame == nil || seconds <= 0 ? 0 : Int(Double(8 * soundBytes) / seconds)
        var sizes: [(bytes: Int, seconds: Double)] = []
        for number in first.segments.indices {
            sizes.append((try first.storedBytes(number), first.segments[number].seconds))
        }
        rates = BitRates(sizes)
        self.reordering = reordering
        codecs = CodecName.all(firstPicture: picture.bytes, hasSound: frame != nil)
        let times = head.pictures.map { min($0.pts, $0.dts) } + head.sounds.map(\.pts)
        lead = times.allSatisfy { $0 >= MPEGTSMuxer.lead } ? MPEGTSMuxer.lead : 0
        longestSegment = first.segments.map(\.seconds).max() ?? 0
    }

    /// Of the first rendition.
    func rendition(isCopy: Bool) -> Rendition {
        Rendition(
            name: .first, width: video.width, height: video.height, frameRate: video.frameRate,
            bandwidth: rates.largest, averageBandwidth: rates.average, codecs: codecs, isCopy: isCopy)
    }

    /// Bits per second of the pictures.
    var pictureBitrate: Double { Double(max(1, rates.average - soundBitrate)) }
}

extension FirstRendition {
    /// When the first picture of each segment is shown, 90 kHz.
    func starts() throws(MediaError) -> [Int64] {
        var starts: [Int64] = []
        for number in segments.indices {
            guard let start = try start(of: number), start > starts.last ?? .min else {
                throw Self.refusal("its segment \(number) begins before the one in front of it")
            }
            starts.append(start)
        }
        return starts
    }
}

extension VideoFacts {
    /// Of H.264 that has to be shown as it is: upright, progressive, in square pixels.
    init(of set: SequenceParameterSet, frameRate: Double) {
        self.init(
            streamIndex: 0, codec: "h264", profile: set.profile, level: set.level, width: set.width,
            height: set.height, pixelFormat: "yuv420p", bitDepth: 8, orientation: .upright,
            sampleAspectRatio: set.sampleAspectRatio, frameRate: frameRate, baseRate: 0, scan: .progressive,
            transfer: "unknown", hasMatrix: true, gamut: .standard)
    }
}
