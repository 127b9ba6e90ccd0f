import Metrics

/// The jobs of this process that make further renditions.
package struct RenditionMetrics: Sendable {
    private let attempts: [ConversionOutcome: Counter]
    private let made: Counter
    private let seconds: Histogram
    private let realtimeFactor: Histogram

    init(_ registry: inout MetricsRegistry) {
        attempts = registry.each(
            "focust_rendition_jobs_total",
            "Attempts at the further renditions of a lesson, by what came of it.",
            by: "result", ConversionOutcome.self, Counter.init)
        made = registry.one("focust_renditions_total", "Renditions added to lessons.", Counter.init)
        seconds = registry.one(
            "focust_rendition_job_seconds", "How long it took to make the further renditions of a lesson."
        ) { Histogram(bounds: ConversionMetrics.secondsBounds) }
        realtimeFactor = registry.one(
            "focust_rendition_realtime_factor",
            "Seconds of video of which a second of work made all further renditions."
        ) { Histogram(bounds: ConversionMetrics.factorBounds) }
    }

    /// Only what was completed says how long it takes and how fast it goes.
    package func ended(_ outcome: ConversionOutcome, seconds: Double, videoSeconds: Double, made: Int) {
        attempts[outcome]?.increment()
        guard outcome == .completed else { return }
        self.made.increment(by: made)
        self.seconds.observe(seconds)
        if seconds > 0 { realtimeFactor.observe(videoSeconds / seconds) }
    }
}
