/// What Prometheus knows a family as; the words of its `TYPE` line.
package enum MetricKind: String, Sendable {
    case counter, gauge, histogram
}

/// A number, or several that belong together, which any thread changes without a lock and a scrape reads.
package protocol MetricValue: AnyObject, Sendable {
    static var kind: MetricKind { get }

    /// The present state; `labels` go on every sample.
    func samples(_ labels: [MetricSample.Label]) -> [MetricSample]
}
