/// The extended parameter value of RFC 8187 §3.2 (RFC 2231 before): `UTF-8'fr'Le%C3%A7on`.
enum ExtendedValue {
    /// The text; nil where the form is broken, or the character set is neither UTF-8 nor ISO-8859-1.
    static func decode(_ value: [UInt8]) -> String? {
        let parts = value.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = PercentEncoding.decode(parts[2], plusIsSpace: false) else {
            return nil
        }
        switch String(decoding: parts[0], as: UTF8.self).lowercased() {
        case "utf-8": return String(validating: bytes, as: UTF8.self)
        case "iso-8859-1": return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        default: return nil
        }
    }

    /// The UTF-8 form, without a language.
    static func encode(_ text: String) -> String {
        "UTF-8''" + PercentEncoding.encodeSegment(text)
    }
}
