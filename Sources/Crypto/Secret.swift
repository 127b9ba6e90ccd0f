/// Bytes that no log, description or error message may show.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The UTF-8 of `text`.
    package init(_ text: some StringProtocol) {
        self.bytes = Array(text.utf8)
    }

    package var description: String { "[redacted]" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Whether `other` is this secret, in constant time.
    package func matches(_ other: some StringProtocol) -> Bool {
        let bytes = Array(other.utf8)
        return ConstantTime.equal(self.bytes.span, bytes.span)
    }
}
