/// The conversions of this process.
struct ConversionMetrics: Sendable {
    private struct Attempt: Hashable {
        let outcome: ConversionOutcome
        let path: ConversionPath
    }

    private let attempts: [Attempt: Counter]
    private let seconds: Histogram
    private let realtimeFactor: Histogram

    init(_ registry: inout MetricsRegistry) {
        let all = ConversionOutcome.allCases.flatMap { outcome in
            ConversionPath.allCases.map { Attempt(outcome: outcome, path: $0) }
        }
        attempts = registry.each(
            "focust_conversions_total", "Attempts at a conversion, by what came of it and what it did.",
            by: ["result", "path"], keys: all, values: { [$0.outcome.rawValue, $0.path.rawValue] },
            Counter.init)
        seconds = registry.one("focust_conversion_seconds", "How long completed conversions took.") {
            Histogram(bounds: MetricBounds.conversionSeconds)
        }
        realtimeFactor = registry.one(
            "focust_conversion_realtime_factor", "Seconds of video that a second of conversion completed."
        ) { Histogram(bounds: MetricBounds.realtimeFactor) }
    }

    /// Only what was completed says how long it takes and how fast it goes.
    func ended(_ outcome: ConversionOutcome, _ path: ConversionPath, seconds: Double, videoSeconds: Double) {
        attempts[Attempt(outcome: outcome, path: path)]?.increment()
        guard outcome == .completed else { return }
        self.seconds.observe(seconds)
        if seconds > 0 { realtimeFactor.observe(videoSeconds / seconds) }
    }
}
