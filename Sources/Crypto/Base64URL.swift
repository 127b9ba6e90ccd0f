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
        var seen = decodeFours(text, into: &out)
        var count = text.count / 4 * 3
        guard let last = decodeRest(text.extracting(last: text.count & 3), &seen, at: &count, of: &out)
        else { return nil }
        return seen < 64 ? last : nil
    }

    /// Decodes four characters at a time, as far as there are four; answers all their values together, so that one check
    /// tells whether there was a wrong one.
    ///
    /// Through pointers, which is safe by the lengths that were compared before: with a check of each of the eleven
    /// accesses it was a third of a token's time.
    private static func decodeFours(_ text: Span<UInt8>, into out: inout MutableSpan<UInt8>) -> UInt8 {
        text.withUnsafeBufferPointer { text in
            out.withUnsafeMutableBufferPointer { out in
                values.withUnsafeBufferPointer { values in
                    var seen: UInt8 = 0
                    for group in 0..<text.count / 4 {
                        let a = values[Int(text[group &* 4])]
                        let b = values[Int(text[group &* 4 &+ 1])]
                        let c = values[Int(text[group &* 4 &+ 2])]
                        let d = values[Int(text[group &* 4 &+ 3])]
                        seen |= a | b | c | d
                        out[group &* 3] = a << 2 | b >> 4
                        out[group &* 3 &+ 1] = b << 4 | c >> 2
                        out[group &* 3 &+ 2] = c << 6 | d
                    }
                    return seen
                }
            }
        }
    }

    /// Decodes the two or three characters behind the last four; nil where bits are left over.
    private static func decodeRest(
        _ text: Span<UInt8>, _ seen: inout UInt8, at count: inout Int, of out: inout MutableSpan<UInt8>
    ) -> Int? {
        guard text.count > 1 else { return count }
        let a = values[Int(text[0])]
        let b = values[Int(text[1])]
        let c = text.count == 3 ? values[Int(text[2])] : 0
        seen |= a | b | c
        out[count] = a << 2 | b >> 4
        count += 1
        guard text.count == 3 else { return b & 15 == 0 ? count : nil }
        out[count] = b << 4 | c >> 2
        count += 1
        return c & 3 == 0 ? count : nil
    }

    /// The value of each byte, 255 for those of no value. A table, although what it is asked for could be seen in the
    /// cache: whoever sends a token knows it. With comparisons a whole token took 1.6 µs of CPU, with the table 1.1.
    private static let values: [UInt8] = (0...255).map { byte in
        UInt8(truncatingIfNeeded: alphabet.firstIndex(of: byte) ?? 255)
    }
}
