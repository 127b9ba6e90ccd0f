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
