/// Says at which re-encoded pictures segments begin: the first at or after each multiple of the target.
struct SegmentClock {
    /// Target length in the encoder's time base.
    let target: Int64
    private var start: Int64?
    private var next: Int64 = 0

    init(target: Int64) {
        self.target = max(1, target)
    }

    /// Whether a segment begins with the picture of this time; times rise.
    mutating func begins(at pts: Int64) -> Bool {
        guard let start else {
            self.start = pts
            next = pts + target
            return true
        }
        guard pts >= next else { return false }
        next = start + ((pts - start) / target + 1) * target
        return true
    }
}
