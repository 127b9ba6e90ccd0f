/// A strict reader of Prometheus' text format 0.0.4, written from its description and not from our writer.
package struct MetricsScrape {
    package struct Sample: Equatable {
        package let name: String
        package let labels: [String: String]
        package let value: Double
    }

    package struct Family {
        package let help: String
        package let kind: String
        package var samples: [Sample] = []
    }

    package struct Malformed: Error {
        package let line: String
        package let reason: String
    }

    package private(set) var families: [String: Family] = [:]
    private var open: String?
    private var help: (name: String, text: String)?

    package init(_ bytes: [UInt8]) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Malformed(line: "", reason: "no UTF-8")
        }
        guard text.last == "\n" else { throw Malformed(line: "", reason: "no line end at the end") }
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            try read(line)
        }
        for (name, family) in families where family.kind == "histogram" { try Self.check(name, family) }
    }

    /// The value of the one sample of that name and exactly these labels.
    package func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = families.values.flatMap(\.samples).filter { $0.name == name && $0.labels == labels }
        return found.count == 1 ? found.first?.value : nil
    }

    private mutating func read(_ line: Substring) throws {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(
            String.init)
        switch words.first {
        case "#" where words.count == 4 && words[1] == "HELP":
            guard families[words[2]] == nil else { throw Malformed(line: "\(line)", reason: "twice") }
            help = (words[2], words[3])
        case "#" where words.count == 4 && words[1] == "TYPE":
            guard let help, help.name == words[2], ["counter", "gauge", "histogram"].contains(words[3]) else {
                throw Malformed(line: "\(line)", reason: "TYPE without HELP, or unknown")
            }
            families[help.name] = Family(help: help.text, kind: words[3])
            open = help.name
        default: try readSample(line)
        }
    }

    private mutating func readSample(_ line: Substring) throws {
        func fail(_ reason: String) -> Malformed { Malformed(line: "\(line)", reason: reason) }
        var rest = line
        let name = Self.takeName(&rest)
        guard !name.isEmpty, let open, let family = families[open] else { throw fail("no name or family") }
        let suffixes = family.kind == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { open + $0 == name }) else {
            throw fail("a sample of another family")
        }
        var labels: [String: String] = [:]
        if rest.first == "{" {
            repeat {
                rest.removeFirst()
                let label = Self.takeName(&rest)
                guard !label.isEmpty, !label.contains(":"), rest.hasPrefix("=\"") else {
                    throw fail("a label")
                }
                rest.removeFirst(2)
                guard let value = Self.takeQuoted(&rest), labels.updateValue(value, forKey: label) == nil
                else {
                    throw fail("a label's value")
                }
            } while rest.first == ","
            guard rest.first == "}" else { throw fail("labels without an end") }
            rest.removeFirst()
        }
        guard rest.first == " ", let value = Self.number(rest.dropFirst()) else { throw fail("a value") }
        let sample = Sample(name: name, labels: labels, value: value)
        guard !family.samples.contains(where: { $0.name == name && $0.labels == labels }) else {
            throw fail("a series twice")
        }
        families[open]?.samples.append(sample)
    }

    private static func takeName(_ rest: inout Substring) -> String {
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
        guard name.first?.isNumber == false else { return "" }
        rest = rest[name.endIndex...]
        return String(name)
    }

    /// Up to the quote that no backslash escapes.
    private static func takeQuoted(_ rest: inout Substring) -> String? {
        var value = ""
        while let next = rest.unicodeScalars.popFirst() {
            switch next {
            case "\"": return value
            case "\\":
                switch rest.unicodeScalars.popFirst() {
                case "\\": value += "\\"
                case "\"": value += "\""
                case "n": value += "\n"
                default: return nil
                }
            default: value.unicodeScalars.append(next)
            }
        }
        return nil
    }

    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: text.allSatisfy { "0123456789.e+-".contains($0) } ? Double(text) : nil
        }
    }

    /// Buckets rise, end with +Inf, and agree with the count.
    private static func check(_ name: String, _ family: Family) throws {
        let series = Dictionary(grouping: family.samples) { $0.labels.filter { $0.key != "le" } }
        for samples in series.values {
            let buckets = samples.filter { $0.name == name + "_bucket" }
            let limits = buckets.compactMap { number(Substring($0.labels["le"] ?? "")) }
            let counts = buckets.map(\.value)
            let count = samples.first { $0.name == name + "_count" }?.value
            guard limits == limits.sorted(), limits.last == .infinity, limits.count == buckets.count,
                counts == counts.sorted(), counts.last == count,
                samples.filter({ $0.name == name + "_sum" }).count == 1
            else { throw Malformed(line: name, reason: "buckets that do not fit together") }
        }
    }
}
