import CLibAV

/// A time base: the length of one tick, as a file or an encoder counts them.
extension AVRational {
    /// Seconds of one tick.
    var secondsPerTick: Double { Double(num) / Double(max(1, den)) }

    /// The nearest whole number of ticks.
    ///
    /// A file may claim any time: what is too far away becomes so many ticks that two of them can still be added.
    func ticks(_ seconds: Double) -> Int64 {
        let limit = Int64(1) << 61
        return Int64(clamping: seconds * Double(den) / Double(max(1, num))).clamped(to: -limit...limit)
    }
}

extension Int64 {
    /// The nearest whole number, however large `value` is; 0 for no number.
    init(clamping value: Double) {
        self = value.isNaN ? 0 : Self(exactly: value.rounded()) ?? (value < 0 ? .min : .max)
    }
}

extension Comparable {
    /// The nearest value within `range`.
    func clamped(to range: ClosedRange<Self>) -> Self {
        min(max(self, range.lowerBound), range.upperBound)
    }
}
