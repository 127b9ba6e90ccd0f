/// Which share of a conversion's time has passed.
///
/// Not how much is done: opening a file and filling the encoder take time in which nothing comes out. So what is left
/// is reckoned from the speed so far, and the share is time passed over time passed and left.
final class ProgressMeter {
    /// Highest share before the work is over and published.
    static let highest = 0.99
    /// Of a part of the work: a film has a hundred thousand packets in an hour, and the clock need not be asked at each.
    private static let step = 0.001
    /// Of a part, before which its speed is not known: the first packets are read faster than anything is written.
    private static let first = 0.01

    private let elapsed: () -> Double
    private let report: (Double) -> Void
    private var begun = 0.0
    private var cost = 1.0
    private var ahead = 0.0
    /// What was reckoned for the parts so far, beside `cost`.
    private var spent = Workload.opening
    private var shown = 0.0
    private var next = 0.0

    /// - Parameters:
    ///   - elapsed: seconds since the conversion began.
    ///   - report: takes a share that never falls.
    init(elapsed: @escaping () -> Double, report: @escaping (Double) -> Void) {
        self.elapsed = elapsed
        self.report = report
    }

    /// A part of the work begins. Until it shows how fast it is, what is told is as was reckoned.
    ///
    /// - Parameters:
    ///   - cost: of this part beside the others.
    ///   - ahead: of all the parts that follow it.
    func begin(cost: Double, ahead: Double) {
        begun = elapsed()
        next = Self.first
        self.cost = max(cost, .leastNormalMagnitude)
        self.ahead = ahead
        // A part of which nobody knows how long it is says nothing of the whole.
        show(cost > 0 ? spent / (spent + cost + ahead) : shown)
        spent += cost
    }

    /// What follows this part turned out to cost something else.
    func expect(ahead: Double) {
        self.ahead = ahead
    }

    /// Of the part that was begun, this share is done.
    func didReach(_ share: Double) {
        guard share >= next else { return }
        next = share + Self.step
        let now = elapsed()
        let whole = (now - begun) / min(share, 1)
        let left = whole * (1 - min(share, 1)) + whole * ahead / cost
        let passed = now > 0 ? now / (now + left) : 0
        show(passed)
    }

    private func show(_ share: Double) {
        shown = max(shown, min(Self.highest, share))
        report(shown)
    }
}
