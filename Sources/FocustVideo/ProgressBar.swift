import System

/// A bar with speed and time left on a terminal; plain lines that say the same, one for every tenth, in a file.
final class ProgressBar {
    private static let width = 30

    private let clock: SystemClock
    private let start: UInt64
    private var shownPercent = -1
    /// Seconds that the film lasts, once it is known.
    var filmSeconds = 0.0

    init(clock: SystemClock) {
        self.clock = clock
        self.start = clock.monotonicNanoseconds()
    }

    /// Shows a share of the time from 0 to 1; 1 is for what is done and published.
    func show(_ share: Double) {
        let percent = Int(share * 100)
        guard percent > shownPercent,
            Console.isTerminal || percent / 10 > shownPercent / 10 || shownPercent < 0
        else { return }
        shownPercent = percent
        Console.isTerminal
            ? Console.status("\r\(bar(share)) \(percent) %\(outlook(share))\u{1B}[K")
            : Console.error("\(percent) %\(outlook(share))")
    }

    /// Ends the bar's line.
    func finish() {
        if Console.isTerminal && shownPercent >= 0 { Console.status("\r\u{1B}[K") }
    }

    /// "12.3 × real time"; of the whole film, over all the time that passed.
    var overallSpeed: String { Self.speed(filmSeconds, in: elapsed) }

    private var elapsed: Double { Double(clock.monotonicNanoseconds() - start) / 1e9 }

    private func bar(_ share: Double) -> String {
        let filled = Int(share * Double(Self.width))
        return "[" + String(repeating: "#", count: filled)
            + String(repeating: " ", count: Self.width - filled) + "]"
    }

    /// A share is one of time: what it lasts on the whole follows from what has passed.
    private func outlook(_ share: Double) -> String {
        guard share > 0.02, elapsed > 0 else { return "" }
        let whole = elapsed / share
        let speed = filmSeconds > 0 ? ", " + Self.speed(filmSeconds, in: whole) : ""
        return share < 1 ? "\(speed), \(Int((whole - elapsed).rounded(.up))) s left" : speed
    }

    private static func speed(_ film: Double, in seconds: Double) -> String {
        "\((film / max(seconds, 0.001) * 10).rounded() / 10) × real time"
    }
}
