import Synchronization

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

/// How many observations fell below each of a few bounds, and their sum.
package final class Histogram: MetricValue {
    package static let kind = MetricKind.histogram

    private let bounds: [Double]
    /// One for each bound and one for what lies above them all; not cumulative until a scrape adds them up,
    /// so that an observation changes one.
    private let counts: [Counter]
    private let sum = Atomic<Double>(0)

    /// `bounds`: upper and inclusive, in any order; the one of infinity is always there.
    package init(bounds: [Double]) {
        self.bounds = Set(bounds.filter(\.isFinite)).sorted()
        self.counts = (0...self.bounds.count).map { _ in Counter() }
    }

    /// Counts `value`. What is no number is left out: it would make the sum one for good.
    package func observe(_ value: Double) {
        guard value.isFinite else { return }
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        counts[index].increment()
        var known = sum.load(ordering: .relaxed)
        while true {
            let result = sum.compareExchange(expected: known, desired: known + value, ordering: .relaxed)
            if result.exchanged { return }
            known = result.original
        }
    }

    /// The buckets are read once and `_count` is the last of them, so that the two agree in every scrape.
    package func samples(_ labels: [MetricSample.Label]) -> [MetricSample] {
        var samples: [MetricSample] = []
        var total = 0
        for (bound, count) in zip(bounds + [.infinity], counts) {
            total += count.value
            let limit = MetricSample.Label("le", Exposition.text(of: bound))
            samples.append(MetricSample(Double(total), labels: labels + [limit], suffix: "_bucket"))
        }
        return samples + [
            MetricSample(sum.load(ordering: .relaxed), labels: labels, suffix: "_sum"),
            MetricSample(Double(total), labels: labels, suffix: "_count"),
        ]
    }
}
