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

    /// This sample with one more label.
    func adding(_ label: Label?) -> MetricSample {
        guard let label else { return self }
        return MetricSample(value, labels: [label] + labels, suffix: suffix)
    }
}

/// Prometheus' text format, version 0.0.4.
package struct Exposition {
    /// The `Content-Type` that goes with it.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private var text = ""

    package init() {}

    package var bytes: [UInt8] { Array(text.utf8) }

    /// One family: what it is, and its samples, which must stand together.
    package mutating func append(
        _ name: String, _ help: String, _ kind: MetricKind, _ samples: [MetricSample]
    ) {
        text += "# HELP \(name) \(Self.escaped(help, quote: false))\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            text += name + sample.suffix
            if !sample.labels.isEmpty {
                let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quote: true))\"" }
                text += "{\(labels.joined(separator: ","))}"
            }
            text += " \(Self.text(of: sample.value))\n"
        }
    }

    /// A number as Go reads it, which is what Prometheus does; whole ones without a fraction.
    static func text(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int(exactly: value).map(String.init) ?? "\(value)"
    }

    /// A backslash and a line end would break any text, a quote that of a label.
    private static func escaped(_ text: String, quote: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quote: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
