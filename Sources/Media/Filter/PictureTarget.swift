/// The size a re-encoded picture gets: upright, with square pixels and even sides, never scaled up.
struct PictureTarget: Equatable, Sendable {
    private static let sanePixels = 0.1...10.0
    /// H.264 goes no further in any level that players have, neither way.
    private static let maxSide = 8192.0

    let width: Int
    let height: Int

    /// - Parameter maxHeight: pixels of the shorter side: a film held upright keeps as many as one held across.
    init(_ video: VideoFacts, maxHeight: Int) {
        let (width, height) = Self.shown(video)
        let limit = Double(max(2, maxHeight & ~1))
        let scale = min(1, limit / min(width, height), Self.maxSide / max(width, height))
        self.width = Self.even(width * scale)
        self.height = Self.even(height * scale)
    }

    /// As large as pictures of another shape become within this one, with bars beside or above them.
    func fitting(_ video: VideoFacts) -> PictureTarget {
        let (width, height) = Self.shown(video)
        let scale = min(Double(self.width) / width, Double(self.height) / height)
        let inner = PictureTarget(width: Self.even(width * scale), height: Self.even(height * scale))
        // Rounded sides, and 1088 lines in place of 1080, are no other shape.
        let isSame =
            self.width - inner.width <= max(2, self.width / 100)
            && self.height - inner.height <= max(2, self.height / 100)
        return isSame ? self : inner
    }

    /// Upright, in square pixels.
    private static func shown(_ video: VideoFacts) -> (width: Double, height: Double) {
        let ratio = video.sampleAspectRatio.value
        // A pixel ten times as wide as high is a lie.
        let width = Double(max(1, video.width)) * (sanePixels.contains(ratio) ? ratio : 1)
        let height = Double(max(1, video.height))
        return video.orientation.swapsSides ? (height, width) : (width, height)
    }

    /// The same picture, no wider than `maxWidth`.
    func limited(toWidth maxWidth: Int) -> PictureTarget {
        guard width > maxWidth else { return self }
        let scale = Double(maxWidth) / Double(width)
        return PictureTarget(width: Self.even(Double(maxWidth)), height: Self.even(Double(height) * scale))
    }

    private init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// yuv420p has half as many colour samples each way, so both sides are even; x264 takes at least 2.
    private static func even(_ side: Double) -> Int {
        max(2, Int((side / 2).rounded(side < 2 ? .up : .toNearestOrAwayFromZero)) * 2)
    }
}
