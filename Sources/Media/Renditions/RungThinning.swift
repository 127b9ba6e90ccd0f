/// Leaves pictures out of a rendition that is to have few, and never one that a segment begins with.
struct RungThinning {
    /// Rounded times stay on their side of a slot's edge.
    private static let tolerance = 0.01

    /// Pictures in a second; nil: all stay.
    private let rate: Double?
    private var anchor: Int64 = 0
    private var slot: Int64 = -1

    init(rate: Double?) {
        self.rate = rate
    }

    /// Whether the picture of this time (90 kHz) stays; times rise.
    mutating func keeps(pts: Int64, isCut: Bool) -> Bool {
        guard let rate else { return true }
        if isCut {
            (anchor, slot) = (pts, 0)
            return true
        }
        let place = Double(pts - anchor) / Track.ticksPerSecond * rate
        let slot = Int64((place + Self.tolerance).rounded(.down))
        guard slot > self.slot else { return false }
        self.slot = slot
        return true
    }
}
