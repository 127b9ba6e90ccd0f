/// The size a re-encoded picture gets: upright, with square pixels and even sides, never scaled up.
struct PictureTarget: Equatable {
    let width: Int
    let height: Int

    init(_ video: VideoFacts, maxHeight: Int) {
        var width = Double(video.width) * video.sampleAspectRatio.value
        var height = Double(video.height)
        if video.orientation.swapsSides { swap(&width, &height) }
        let limit = Double(max(2, maxHeight))
        let scale = min(1, limit / height)
        self.width = Self.even(width * scale)
        self.height = Self.even(min(limit, height * scale))
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
