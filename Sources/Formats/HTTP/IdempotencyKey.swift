/// The name that a client gives to a request which it may send again
/// (draft-ietf-httpapi-idempotency-key-header-07 §2.1).
package struct IdempotencyKey: Equatable, Sendable {
    /// Bytes at most; a UUID has 36.
    package static let maxBytes = 255

    package let value: String

    /// Reads the header's value: a text in quotes (RFC 8941 §3.3.3) as the draft says, or without them as most clients
    /// send it, which then has no spaces, commas, semicolons or quotes: two headers joined to one are no key.
    ///
    /// Nil where it is neither, empty, or too long.
    package init?(parsing header: String) {
        let bytes = HeaderParameters.trimmed(ArraySlice(header.utf8))
        let value = bytes.first == UInt8(ascii: "\"") ? Self.unquoted(bytes) : Self.bare(bytes)
        guard let value, (1...Self.maxBytes).contains(value.count) else { return nil }
        self.value = String(decoding: value, as: UTF8.self)
    }

    private static func bare(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        let isPlain = bytes.allSatisfy { (0x21...0x7E).contains($0) && !#"",;\"#.utf8.contains($0) }
        return isPlain ? Array(bytes) : nil
    }

    /// A backslash escapes `"` and itself alone; nothing may stand behind the closing quote.
    private static func unquoted(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var rest = bytes.dropFirst()
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return rest.isEmpty ? text : nil }
            guard byte == UInt8(ascii: "\\") else {
                guard (0x20...0x7E).contains(byte) else { return nil }
                text.append(byte)
                continue
            }
            guard let escaped = rest.popFirst(), #""\"#.utf8.contains(escaped) else { return nil }
            text.append(escaped)
        }
        return nil
    }
}
