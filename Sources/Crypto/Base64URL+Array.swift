extension Base64URL {
    /// The bytes of `text`, or nil where it is not canonical base64url; for where an array is affordable.
    package static func bytes(of text: some Sequence<UInt8>) -> [UInt8]? {
        let text = Array(text)
        var decoded = [UInt8](repeating: 0, count: text.count * 3 / 4)
        var span = decoded.mutableSpan
        guard let count = decode(text.span, into: &span) else { return nil }
        return count == decoded.count ? decoded : Array(decoded[..<count])
    }
}
