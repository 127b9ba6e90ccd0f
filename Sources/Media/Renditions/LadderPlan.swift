import Domain
import MediaProtocol

/// Which renditions a film gets: pure decisions from what is known of it and from the ladder of the settings.
struct LadderPlan {
    /// A film of fewer bits per pixel shows slides or a screen, not people: nothing in it moves for long.
    static let slideBitsPerPixel = 0.02
    /// Of codecs that need half as many bits for the same picture.
    private static let slideBitsPerPixelOfNewCodecs = 0.012
    private static let newCodecs: Set<String> = ["hevc", "vp9", "av1"]
    /// Where slides lose pictures in place of size: in a second, of the lowest rendition and of those above it.
    private static let lowestSlideRate = 6.0
    private static let slideRate = 12.0
    /// A rendition that takes no more than this of the one above it is worth its place on the disk.
    static let worthwhileShare = 0.7
    /// Bits per second, all in all, that the lowest rendition of every lesson stays below.
    static let floor = 160_000
    /// Of the first rendition of a film that must be encoded: quick to make, and good enough to begin with.
    private static let firstSide = 432
    /// A best rendition that is no larger than this is the first one itself.
    private static let largestFirstSide = 540
    /// Bits per pixel that no film needs: a small best rendition would else be allowed more than its level has.
    private static let mostBitsPerPixel = 0.3
    /// Sound of one channel and so few bits per second need not be encoded anew for the lowest.
    private static let lowSoundBitrate = 48_000
    /// What a transport stream adds, about: a head to each packet, and half a packet to each picture (bits).
    private static let overhead = 1.03
    private static let pictureOverhead = 8.0 * 92
    /// Bits per second of sound that is encoded, and of most that is not.
    static let usualSound = 128_000

    let video: VideoFacts
    /// Bits per second of the source's pictures; 0 where it is not known.
    let pictureBitrate: Double
    let options: ConversionOptions

    private var ladder: Ladder { options.ladder }
    private var rate: Double {
        min(video.frameRate > 0 ? video.frameRate : Workload.usualRate, PictureThinning.maxRate)
    }
    private var best: PictureTarget { PictureTarget(video, maxHeight: options.maxHeight) }
    private var bestSide: Int { min(best.width, best.height) }

    /// Slides, or a recorded screen.
    var isOfSlides: Bool {
        let pixels = Double(max(1, video.width * video.height)) * rate
        let limit =
            Self.newCodecs.contains(video.codec) ? Self.slideBitsPerPixelOfNewCodecs : Self.slideBitsPerPixel
        return pictureBitrate > 0 && pictureBitrate / pixels < limit
    }

    /// The first rendition of a film that must be encoded; nil without a ladder, where there is only one.
    var first: RungSettings? {
        guard !ladder.rungs.isEmpty else { return nil }
        let top = top(beside: Self.usualSound)
        if isOfSlides || bestSide <= Self.largestFirstSide { return top }
        func distance(_ rung: RungSettings) -> Int { abs(rung.shorterSide - Self.firstSide) }
        // The lowest has a sound of its own and too few pictures to begin with.
        let candidates = [top] + ladder.rungs.dropLast().compactMap(lower)
        return candidates.min { distance($0) < distance($1) }
    }

    /// The renditions that a lesson with this first one is to have besides, the largest first.
    ///
    /// - Parameters:
    ///   - soundBitrate: bits per second of the first rendition's sound; 0 where it is silent.
    ///   - isMono: that sound has one channel.
    func others(first: Rendition, soundBitrate: Int, isMono: Bool = false) -> [RungSettings] {
        guard !ladder.rungs.isEmpty else { return [] }
        var rungs: [RungSettings] = []
        if first.averageBandwidth > ladder.maxBitrate || first.shorterSide < bestSide {
            rungs.append(top(beside: soundBitrate))
        }
        let firstIsFloor = first.averageBandwidth <= min(Self.floor, ladder.maxBitrate)
        let isSmall = { (rung: RungSettings) in rung.shorterSide < first.shorterSide }
        for rung in ladder.rungs.dropLast() {
            guard let settings = lower(rung), !isLike(first, settings), !(firstIsFloor && isSmall(settings)),
                isWorthTrying(rung, settings, first)
            else { continue }
            rungs.append(settings)
        }
        if !firstIsFloor, let lowest = ladder.rungs.last {
            let isShared = isMono && soundBitrate <= Self.lowSoundBitrate
            rungs.append(
                self.lowest(lowest, below: first, soundBitrate, isShared ? .shared : .mono))
        }
        return rungs
    }

    /// The best rendition of a film that is encoded.
    private func top(beside soundBitrate: Int) -> RungSettings {
        let pixels = Double(best.width * best.height) * rate
        let left = Double(ladder.maxBitrate - soundBitrate) - rate * Self.pictureOverhead
        let limit = min(left / Self.overhead, pixels * Self.mostBitsPerPixel)
        return RungSettings(
            target: best, frameRate: rate, maxFrameRate: nil, crf: options.crf,
            maxBitrate: max(64_000, Int(limit)), bufferSeconds: 2, sound: .shared)
    }

    /// A rendition between the best and the lowest; nil where the film has not so many lines.
    private func lower(_ rung: Rung) -> RungSettings? {
        guard isOfSlides || rung.shorterSide <= bestSide else { return nil }
        return settings(rung, slideRate: Self.slideRate)
    }

    private func settings(_ rung: Rung, slideRate: Double) -> RungSettings {
        let target = isOfSlides ? best : PictureTarget(video, maxHeight: min(rung.shorterSide, bestSide))
        let limit = isOfSlides ? slideRate : rung.maxFrameRate.map(Double.init)
        let side = min(rung.shorterSide, bestSide)
        return RungSettings(
            target: target, frameRate: min(rate, limit ?? rate),
            maxFrameRate: limit.flatMap { $0 < rate ? $0 : nil },
            crf: min(51, options.crf + (isOfSlides ? 4 : side >= 600 ? 1 : side >= 360 ? 2 : 5)),
            maxBitrate: rung.maxBitrate, bufferSeconds: 2, sound: .shared)
    }

    /// Below the first one, whatever the film's size is: a line of 150 kbit/s carries it.
    private func lowest(
        _ rung: Rung, below first: Rendition, _ soundBitrate: Int, _ sound: RungSettings.Sound
    ) -> RungSettings {
        let settings = settings(rung, slideRate: Self.lowestSlideRate)
        let soundRate = soundBitrate > 0 ? min(soundBitrate, MonoSound.bitRate) : 0
        let share =
            Double(first.averageBandwidth) * (Self.worthwhileShare - 0.05) / Self.overhead
            - settings.frameRate * Self.pictureOverhead
        let limit = max(24_000, Int(share) - soundRate)
        return RungSettings(
            target: settings.target, frameRate: settings.frameRate, maxFrameRate: settings.maxFrameRate,
            crf: settings.crf, maxBitrate: min(rung.maxBitrate, limit),
            // A slide that is shown for minutes is one large picture and many small ones.
            bufferSeconds: isOfSlides ? 3 : 1, sound: sound)
    }

    /// The first rendition is this rung.
    private func isLike(_ first: Rendition, _ settings: RungSettings) -> Bool {
        !first.isCopy && first.width == settings.target.width && first.height == settings.target.height
    }

    /// Of the size of the first rendition only what takes far fewer bits is worth the work.
    private func isWorthTrying(_ rung: Rung, _ settings: RungSettings, _ first: Rendition) -> Bool {
        let share = Double(rung.maxBitrate) / Double(first.averageBandwidth)
        if settings.shorterSide < bestSide { return true }
        return share <= (isOfSlides ? Self.worthwhileShare : 0.6)
            && first.averageBandwidth <= ladder.maxBitrate
    }
}
