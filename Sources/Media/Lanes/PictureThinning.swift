/// Leaves pictures out where there are more than a screen shows, and adds none: a film of sixty, or of twenty-four that
/// calls itself one of a thousand, keeps all it has, each at its own time.
struct PictureThinning {
    /// In a second.
    static let maxRate = 60.0

    private let secondsPerTick: Double
    private var rate = PictureRate()
    private var isFast: Bool
    /// The sixtieth of a second that the last kept picture belongs to.
    private var slot: Double?

    /// - Parameters:
    ///   - secondsPerTick: of the times that come.
    ///   - rate: as far as it is known before the first picture.
    init(secondsPerTick: Double, rate: Double) {
        self.secondsPerTick = secondsPerTick
        isFast = rate > CopyRules.maxFrameRate
    }

    /// Whether the picture of this time goes on; times rise.
    mutating func keeps(pts: Int64) -> Bool {
        let time = Double(pts) * secondsPerTick
        if let counted = rate.add(time) { isFast = counted > CopyRules.maxFrameRate }
        let slot = (time * Self.maxRate).rounded()
        guard !isFast || slot != self.slot else { return false }
        self.slot = slot
        return true
    }
}
