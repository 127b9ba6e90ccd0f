/// One line of an answer to a scrape.
package struct MetricSample: Equatable, Sendable {
    /// A label's name and its value for this sample.
    package struct Label: Equatable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What stands behind the family's name: `_bucket`, `_sum`, `_count`, or nothing.
    let suffix: String
    let labels: [Label]
    let value: Double

    package init(_ value: Double, labels: [Label] = [], suffix: String = "") {
        self.value = value
        self.labels = labels
        self.suffix = suffix
    }

    /// The same with one more label.
    func adding(_ label: Label?) -> MetricSample {
        guard let label else { return self }
        return MetricSample(value, labels: [label] + labels, suffix: suffix)
    }
}
