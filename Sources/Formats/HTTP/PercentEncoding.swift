import Domain

/// Percent-encoding (RFC 3986 §2.1), strict when it reads and generous when it writes.
package enum PercentEncoding {
    /// The bytes that `text` stands for; nil where a `%` has no two hexadecimal digits behind it.
    package static func decodeBytes(_ text: some StringProtocol) -> [UInt8]? {
        decode(ArraySlice(text.utf8), plusIsSpace: false)
    }

    /// Decodes percent-encoding into text; nil also where the bytes are no valid UTF-8.
    package static func decode(_ text: some StringProtocol) -> String? {
        decodeBytes(text).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// One path segment: everything but unreserved characters is encoded, `/` too.
    package static func encodeSegment(_ text: String) -> String {
        encode(text, keepingSlashes: false)
    }

    /// A whole path, for a URL or `X-Accel-Redirect` (which nginx decodes): as a segment, but `/` stays.
    package static func encodePath(_ text: String) -> String {
        encode(text, keepingSlashes: true)
    }

    /// RFC 3986 §2.3: what never needs encoding.
    static func isUnreserved(_ byte: UInt8) -> Bool {
        // A bit for each byte of ASCII: every name of a long playlist is asked for.
        let bits = byte < 64 ? unreservedBelow64 : unreservedFrom64
        return byte < 128 && bits >> UInt64(byte & 63) & 1 == 1
    }

    /// `-`, `.` and the digits.
    private static let unreservedBelow64: UInt64 = 0x03FF_6000_0000_0000
    /// `A` to `Z`, `_`, `a` to `z` and `~`.
    private static let unreservedFrom64: UInt64 = 0x47FF_FFFE_87FF_FFFE

    static func append(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "%"))
        Hexadecimal.append(byte, to: &output)
    }

    static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "%"):
                guard let byte = Hexadecimal.byte(in: bytes, at: index + 1) else { return nil }
                output.append(byte)
                index += 2
            case UInt8(ascii: "+") where plusIsSpace: output.append(UInt8(ascii: " "))
            case let byte: output.append(byte)
            }
            index += 1
        }
        return output
    }

    private static func encode(_ text: String, keepingSlashes: Bool) -> String {
        // Ids, versions and segments need none.
        let bytes = text.utf8.span
        guard let first = bytes.indices.first(where: { !isKept(bytes[$0], keepingSlashes) }) else {
            return text
        }
        var output: [UInt8] = []
        for index in bytes.indices {
            let byte = bytes[index]
            if index < first || isKept(byte, keepingSlashes) {
                output.append(byte)
            } else {
                append(byte, to: &output)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func isKept(_ byte: UInt8, _ keepsSlashes: Bool) -> Bool {
        isUnreserved(byte) || (keepsSlashes && byte == UInt8(ascii: "/"))
    }
}
