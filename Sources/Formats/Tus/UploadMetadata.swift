import Domain

/// `Upload-Metadata` (tus 1.0.0, Creation): pairs `key base64`, separated by commas; a value may be missing.
package struct UploadMetadata: Equatable, Sendable {
    /// The most bytes the header may have: what fits into a header line of nginx's default buffers.
    package static let maxBytes = 7168
    /// The most bytes one value may have; the longest one is a callback's URL.
    package static let maxValueBytes = 2048
    package static let headerName = "Upload-Metadata"

    private let values: [String: String]

    /// Refuses with `malformed_request` what breaks the syntax, says something twice, or is too long.
    package init(parsing header: String) throws(Refusal) {
        guard header.utf8.count <= Self.maxBytes else {
            throw Refusal(
                .malformedRequest, "Upload-Metadata is longer than \(Self.maxBytes) bytes.",
                field: Self.headerName)
        }
        var values: [String: String] = [:]
        for pair in header.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let (key, value) = try Self.pair(Self.trimmed(pair))
            guard values.updateValue(value, forKey: key) == nil else {
                throw Refusal(.malformedRequest, "Upload-Metadata has \(key) twice.", field: key)
            }
        }
        self.values = values
    }

    /// The value of `key`; nil where it is missing or empty.
    package func text(_ key: String) -> String? {
        guard let text = values[key], !text.isEmpty else { return nil }
        return text
    }

    private static func pair(_ bytes: Substring.UTF8View) throws(Refusal) -> (String, String) {
        let parts = bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        let key = String(Substring(parts[0]))
        guard parts.count <= 2,
            !key.isEmpty, key.utf8.count <= 64, key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Refusal(
                .malformedRequest, "Upload-Metadata must be pairs of a key and base64, separated by commas.",
                field: headerName)
        }
        guard parts.count == 2 else { return (key, "") }
        guard let decoded = Base64.decode(parts[1]), decoded.count <= maxValueBytes,
            let value = String(validating: decoded, as: UTF8.self)
        else {
            throw Refusal(
                .malformedRequest,
                "\(key) of Upload-Metadata must be base64 of at most \(maxValueBytes) bytes of UTF-8.",
                field: key)
        }
        return (key, value)
    }

    private static func trimmed(_ bytes: Substring.UTF8View) -> Substring.UTF8View {
        var bytes = bytes
        while bytes.first == UInt8(ascii: " ") { bytes.removeFirst() }
        while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
        return bytes
    }
}
