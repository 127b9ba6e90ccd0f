/// Why bytes are no JSON text, and where.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was wrong.
    package enum Reason: String, Sendable {
        case tooLarge = "text too large"
        case tooDeep = "nested too deeply"
        case unexpectedEnd = "unexpected end"
        case unexpectedByte = "unexpected byte"
        case trailingBytes = "bytes after the value"
        case duplicateKey = "duplicate member name"
        case invalidUTF8 = "invalid UTF-8"
        case invalidEscape = "invalid escape"
        case invalidNumber = "invalid number"
    }

    package let reason: Reason
    /// In bytes from the start of the text.
    package let offset: Int

    package var description: String { "\(reason.rawValue) at byte \(offset)" }
}

/// How much JSON is read before giving up (RFC 8259 §9 allows such limits).
package struct JSONLimits: Sendable {
    package let maxBytes: Int
    /// How many arrays and objects may stand inside each other.
    package let maxDepth: Int

    package init(maxBytes: Int, maxDepth: Int = 32) {
        self.maxBytes = maxBytes
        self.maxDepth = maxDepth
    }

    /// 64 KiB and 32 levels: far more than any request body or key set needs.
    package static let `default` = JSONLimits(maxBytes: 65536)
}
