import Runtime

/// A bar with the time left on a terminal; plain lines, one for every tenth, in a file.
final class ProgressBar {
    private static let width = 30

    private let clock: SystemClock
    private let start: UInt64
    private var shownPercent = -1

    init(clock: SystemClock) {
        self.clock = clock
        self.start = clock.monotonicNanoseconds()
    }

    /// Shows a share from 0 to 1.
    func show(_ share: Double) {
        let percent = Int(share * 100)
        guard percent > shownPercent,
            Console.isTerminal || percent / 10 > shownPercent / 10 || shownPercent < 0
        else { return }
        shownPercent = percent
        Console.isTerminal
            ? Console.status("\r\(bar(share)) \(percent) %\(left(share))\u{1B}[K")
            : Console.error("\(percent) %")
    }

    /// Ends the bar's line.
    func finish() {
        if Console.isTerminal && shownPercent >= 0 { Console.status("\r\u{1B}[K") }
    }

    private func bar(_ share: Double) -> String {
        let filled = Int(share * Double(Self.width))
        return "[" + String(repeating: "#", count: filled)
            + String(repeating: " ", count: Self.width - filled) + "]"
    }

    private func left(_ share: Double) -> String {
        let elapsed = Double(clock.monotonicNanoseconds() - start) / 1e9
        guard share > 0.02, elapsed > 1 else { return "" }
        return ", \(Int(elapsed / share * (1 - share))) s left"
    }
}
