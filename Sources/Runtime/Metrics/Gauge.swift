import Synchronization

/// A whole number that rises and falls.
package final class Gauge: MetricValue {
    package static let kind = MetricKind.gauge
    private let level = Atomic(0)

    package init() {}

    package func set(_ value: Int) { level.store(value, ordering: .relaxed) }

    /// One atomic addition; below 0 to take away.
    package func add(_ amount: Int) { level.wrappingAdd(amount, ordering: .relaxed) }

    package var value: Int { level.load(ordering: .relaxed) }

    package func samples(_ labels: [MetricSample.Label]) -> [MetricSample] {
        [MetricSample(Double(value), labels: labels)]
    }
}
