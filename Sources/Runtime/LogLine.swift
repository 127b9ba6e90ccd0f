/// One log line as bytes, in either format: an event with fixed keys, on one line whatever the values hold.
package struct LogLine {
    private var text: String
    private let format: LogFormat

    package init(_ format: LogFormat) {
        self.format = format
        self.text = format == .json ? "{" : ""
    }

    package mutating func append(_ key: String, _ value: String) {
        switch format {
        case .json:
            text += text.count > 1 ? ",\"\(key)\":" : "\"\(key)\":"
            Self.quote(value, into: &text)
        case .logfmt:
            text += text.isEmpty ? "\(key)=" : " \(key)="
            if Self.isPlain(value) { text += value } else { Self.quote(value, into: &text) }
        }
    }

    /// The finished line, newline included.
    package consuming func finished() -> String {
        format == .json ? text + "}\n" : text + "\n"
    }

    private static func isPlain(_ value: String) -> Bool {
        !value.isEmpty
            && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D && $0 != 0x5C && $0 < 0x7F }
    }

    /// A JSON string; what a client sent must not be able to begin a line of its own.
    private static func quote(_ value: String, into text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
