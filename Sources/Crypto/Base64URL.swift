/// Base64 with the URL and filename safe alphabet, without padding (RFC 4648 §5), as JWS uses it (RFC 7515 §2).
package enum Base64URL {
    private static let alphabet: [UInt8] = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    package static func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count * 4 + 2) / 3)
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let word =
                UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                | (left > 2 ? UInt32(bytes[index + 2]) : 0)
            for shift in [18, 12, 6, 0].prefix(left > 2 ? 4 : left + 1) {
                out.append(alphabet[Int(word >> UInt32(shift) & 63)])
            }
            index += 3
        }
        return out
    }

    /// Decodes all of `text` into `out`; answers the number of bytes, or nil where the text is not canonical
    /// (a character of another alphabet, padding, an impossible length, stray bits at the end) or too long.
    ///
    /// Only one spelling of each value is taken: a second one would be a second token with the same meaning.
    package static func decode(_ text: Span<UInt8>, into out: inout MutableSpan<UInt8>) -> Int? {
        guard text.count % 4 != 1, text.count * 3 / 4 <= out.count else { return nil }
        var accumulator: UInt32 = 0
        var bits = 0
        var count = 0
        for index in text.indices {
            let value = sextet(text[index])
            guard value < 64 else { return nil }
            accumulator = accumulator << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                out[count] = UInt8(truncatingIfNeeded: accumulator >> UInt32(bits))
                count += 1
            }
        }
        guard accumulator & (1 << UInt32(bits) - 1) == 0 else { return nil }
        return count
    }

    /// The value of one character, or 255. Comparisons instead of a table: no memory read depends on the byte.
    @inline(__always)
    private static func sextet(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x41...0x5A: byte &- 0x41
        case 0x61...0x7A: byte &- 0x61 &+ 26
        case 0x30...0x39: byte &- 0x30 &+ 52
        case 0x2D: 62
        case 0x5F: 63
        default: 255
        }
    }
}
