/// The size a re-encoded picture gets: upright, with square pixels and even sides, never scaled up.
struct PictureTarget: Equatable {
    private static let sanePixels = 0.1...10.0
    /// H.264 goes no further in any level that players have, neither way.
    private static let maxSide = 8192.0

    let width: Int
    let height: Int

    /// - Parameter maxHeight: pixels of the shorter side: a film held upright keeps as many as one held across.
    init(_ video: VideoFacts, maxHeight: Int) {
        let ratio = video.sampleAspectRatio.value
        // A pixel ten times as wide as high is a lie.
        var width = Double(video.width) * (Self.sanePixels.contains(ratio) ? ratio : 1)
        var height = Double(video.height)
        if video.orientation.swapsSides { swap(&width, &height) }
        let limit = Double(max(2, maxHeight & ~1))
        let scale = min(1, limit / min(width, height), Self.maxSide / max(width, height))
        self.width = Self.even(width * scale)
        self.height = Self.even(height * scale)
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
