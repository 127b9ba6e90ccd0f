import Metrics

/// The conversions of this process.
package struct ConversionMetrics: Sendable {
    private struct Attempt: Hashable {
        let outcome: ConversionOutcome
        let action: VideoAction
    }

    /// A copied lesson takes a second, a long film that must be encoded hours.
    static let secondsBounds: [Double] = [
        0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400,
    ]
    /// Below 1 a conversion takes longer than watching it; a copy runs at a thousand and more.
    static let factorBounds: [Double] = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 100, 300, 1000, 3000]

    private let attempts: [Attempt: Counter]
    private let seconds: Histogram
    private let realtimeFactor: Histogram
    package let renditions: RenditionMetrics

    package init(_ registry: inout MetricsRegistry) {
        let all = ConversionOutcome.allCases.flatMap { outcome in
            VideoAction.allCases.map { Attempt(outcome: outcome, action: $0) }
        }
        attempts = registry.each(
            "focust_conversions_total", "Attempts at a conversion, by what came of it and what it did.",
            by: ["result", "path"], keys: all, values: { [$0.outcome.rawValue, $0.action.rawValue] },
            Counter.init)
        seconds = registry.one("focust_conversion_seconds", "How long completed conversions took.") {
            Histogram(bounds: Self.secondsBounds)
        }
        realtimeFactor = registry.one(
            "focust_conversion_realtime_factor", "Seconds of video that a second of conversion completed."
        ) { Histogram(bounds: Self.factorBounds) }
        renditions = RenditionMetrics(&registry)
    }

    /// An attempt ended, `seconds` after it began, at a video of `videoSeconds`. Only what was completed says how long it
    /// takes and how fast it goes.
    package func ended(
        _ outcome: ConversionOutcome, _ action: VideoAction, seconds: Double, videoSeconds: Double
    ) {
        attempts[Attempt(outcome: outcome, action: action)]?.increment()
        guard outcome == .completed else { return }
        self.seconds.observe(seconds)
        if seconds > 0 { realtimeFactor.observe(videoSeconds / seconds) }
    }
}

/// How one attempt at a conversion ended.
package enum ConversionOutcome: String, CaseIterable, Sendable {
    case completed, failed
    /// A newer upload or a deletion made it pointless.
    case superseded
    /// Put back: the process stopped, or the lease was lost.
    case returned
}

/// What a conversion did to the video.
package enum VideoAction: String, CaseIterable, Sendable {
    case copy, transcode
    /// It ended before there was a plan.
    case unknown
}
