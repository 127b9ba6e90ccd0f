import CLibAV

/// A fraction of two positive numbers, kept exact.
package struct Ratio: Sendable, Equatable {
    package let numerator: Int
    package let denominator: Int

    package static let one = Ratio(numerator: 1, denominator: 1)
    static let zero = Ratio(numerator: 0, denominator: 1)

    package init(numerator: Int, denominator: Int) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// rational.h: 0/1 and x/0 stand for "unknown" in libav; here that is `unknown`.
    init(_ rational: AVRational, unknown: Ratio) {
        guard rational.num > 0, rational.den > 0 else {
            self = unknown
            return
        }
        self.init(numerator: Int(rational.num), denominator: Int(rational.den))
    }

    package var value: Double { Double(numerator) / Double(denominator) }
}
