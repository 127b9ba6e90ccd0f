import Synchronization

/// A count that only grows, from 0 at the start of the process.
package final class Counter: MetricValue {
    package static let kind = MetricKind.counter
    private let count = Atomic(0)

    package init() {}

    /// One atomic addition. An amount below 0 is left out: a counter that falls looks like a restart.
    package func increment(by amount: Int = 1) {
        guard amount > 0 else { return }
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    package var value: Int { count.load(ordering: .relaxed) }

    package func samples(_ labels: [MetricSample.Label]) -> [MetricSample] {
        [MetricSample(Double(value), labels: labels)]
    }
}
