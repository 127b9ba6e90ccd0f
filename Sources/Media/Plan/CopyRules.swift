/// What may go into a lesson bit for bit, because every player of the last ten years shows it.
enum CopyRules {
    /// Above this, "60 fps" of a sloppy clock has become "more than 60".
    static let maxFrameRate = 62.0
    /// H.264 level 5.1.
    static let maxLevel = 51
    /// avcodec.h FF_PROFILE_H264_…: Baseline, Constrained Baseline, Main, High; with 8 bits and 4:2:0.
    private static let profiles: Set<Int> = [66, 66 | 512, 77, 100]
    /// avcodec.h: FF_PROFILE_AAC_LOW.
    private static let aacLC = 1
    /// Hz; what ADTS can name and browsers play.
    private static let sampleRates: Set<Int> = [22_050, 24_000, 32_000, 44_100, 48_000]

    /// A copied segment may have this many times the target.
    static let longestSegment = 2 + SegmentGrid.sliverShare
    /// Seconds without sound that players bridge by themselves.
    static let longestHole = 0.5
    /// Seconds of sound before the first picture, as a camera or a capture of a broadcast has them; players leave
    /// them out.
    private static let longestPrelude = 0.5

    /// What speaks against copying a track beside the other, as far as their spans are known; empty for nothing.
    ///
    /// - Parameter target: seconds of a segment.
    static func obstacles(
        _ track: Track, _ span: StreamSpan?, beside other: StreamSpan?, target: Double
    ) -> [String] {
        guard let span, let other else { return [] }
        var reasons: [String] = []
        if let start = span.start, let beside = other.start {
            reasons += [lateStart(of: track, by: start - beside)].compactMap(\.self)
        }
        let patience = track == .video ? target * longestSegment : target
        if let end = span.end, let beside = other.end, beside - end > patience {
            reasons.append(endsEarly(track))
        }
        if track == .audio && span.longestHole > longestHole { reasons.append("a hole") }
        return reasons
    }

    /// What speaks against copying a track that begins so many seconds after the other; nil for nothing.
    static func lateStart(of track: Track, by delay: Double) -> String? {
        let limit = track == .video ? longestPrelude : TrackTimes.tolerance
        guard delay > limit else { return nil }
        let tenths = (delay * 10).rounded() / 10
        return "a start \(tenths) s after the \(track == .video ? "sound" : "picture")'s"
    }

    /// What speaks against copying a track that ends long before the other.
    static func endsEarly(_ track: Track) -> String {
        "an end long before the \(track == .video ? "sound" : "picture")'s"
    }

    /// What speaks against copying this video, as far as its headers tell; empty for nothing.
    ///
    /// - Parameter maxHeight: pixels of the shorter side.
    static func obstacles(_ video: VideoFacts, maxHeight: Int) -> [String] {
        guard video.codec == "h264" else { return ["the codec is \(video.codec), not H.264"] }
        var reasons: [String] = []
        if !profiles.contains(video.profile) { reasons.append("profile \(video.profile)") }
        if video.pixelFormat != "yuv420p" && video.pixelFormat != "yuvj420p" {
            reasons.append("pixel format \(video.pixelFormat)")
        }
        if video.level > maxLevel { reasons.append("level \(H264Level.name(video.level))") }
        let shorter = min(video.width, video.height)
        if shorter > maxHeight { reasons.append("the shorter side, \(shorter), is over \(maxHeight)") }
        if video.orientation != .upright { reasons.append("the picture is \(video.orientation.rawValue)") }
        if video.scan != .progressive { reasons.append("scan \(video.scan.rawValue)") }
        if video.gamut != .standard { reasons.append("colours beyond BT.709 (\(video.transfer))") }
        if video.sampleAspectRatio.numerator != video.sampleAspectRatio.denominator {
            reasons.append("pixels that are not square")
        }
        return reasons
    }

    /// What speaks against copying a video whose headers hold this set; nil for nothing. Its container is gone in the
    /// lesson, and what that alone said with it.
    static func obstacle(_ set: SequenceParameterSet, _ video: VideoFacts, container: ColourTags) -> String? {
        PicturePromise(copying: video, container).contradiction(set).map { "its headers say \($0)" }
    }

    /// What speaks against copying the packets in time; nil for nothing.
    ///
    /// - Parameters:
    ///   - end: of the pictures and the sound, in the index's time base.
    ///   - target: of a segment.
    static func obstacle(_ index: VideoIndex, end: Int64, target: Int64) -> String? {
        if let obstacle = index.obstacle { return obstacle }
        if index.idr.isEmpty { return "no IDR pictures" }
        if index.longestInterval > index.maxInterval { return VideoIndex.tooFarApart }
        let last = Double(end - (index.idr.last ?? end))
        return last > Double(target) * longestSegment ? endsEarly(.video) : nil
    }

    /// What speaks against copying this sound; empty for nothing.
    static func obstacles(_ audio: AudioFacts) -> [String] {
        guard audio.codec == "aac" else { return ["the codec is \(audio.codec), not AAC"] }
        var reasons: [String] = []
        if audio.profile != aacLC { reasons.append("AAC profile \(audio.profile) is not LC") }
        if audio.channels > 2 { reasons.append("\(audio.channels) channels") }
        if !sampleRates.contains(audio.sampleRate) { reasons.append("\(audio.sampleRate) Hz") }
        if let framing = audio.framing { reasons.append("ADTS cannot say \(framing)") }
        return reasons
    }
}
