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

    /// A JSON string; what a client sent must neither begin a line of its own nor hide or reorder one on a terminal.
    private static func quote(_ value: String, into text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case _ where isPrintable(scalar): text.unicodeScalars.append(scalar)
            // In UTF-16 (RFC 8259 §7): beyond the basic plane they are two.
            default:
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    escape(unit, into: &text)
                }
            }
        }
        text += "\""
    }

    private static func escape(_ unit: UInt16, into text: inout String) {
        let digits = String(unit, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// By general category (Unicode, UAX #44): controls of both sets, marks that change the direction, separators of
    /// lines, what is assigned to nobody; and what is drawn as nothing.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            return false
        default: return !scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}

/// How log lines are written (`FOCUST_LOG_FORMAT`).
package enum LogFormat: String, CaseIterable, Sendable {
    case logfmt, json
}
