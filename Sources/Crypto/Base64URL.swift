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
        let areGood = decodeFours(text, into: &out)
        var (count, seen) = (text.count / 4 * 3, UInt8(0))
        guard let last = decodeRest(text.extracting(last: text.count & 3), &seen, at: &count, of: &out)
        else { return nil }
        return areGood && seen < 64 ? last : nil
    }

    /// Decodes four characters at a time, as far as there are four, and answers whether all of them are of the alphabet.
    ///
    /// Through pointers, which is safe by the lengths that were compared before: with a check of each of the eleven
    /// accesses it was a third of a token's time.
    private static func decodeFours(_ text: Span<UInt8>, into out: inout MutableSpan<UInt8>) -> Bool {
        text.withUnsafeBufferPointer { text in
            out.withUnsafeMutableBufferPointer { out in
                words.withUnsafeBufferPointer { words in
                    var seen: UInt32 = 0
                    for group in 0..<text.count / 4 {
                        let word =
                            words[Int(text[group &* 4])] | words[256 &+ Int(text[group &* 4 &+ 1])]
                            | words[512 &+ Int(text[group &* 4 &+ 2])]
                            | words[768 &+ Int(text[group &* 4 &+ 3])]
                        seen |= word
                        out[group &* 3] = UInt8(truncatingIfNeeded: word >> 16)
                        out[group &* 3 &+ 1] = UInt8(truncatingIfNeeded: word >> 8)
                        out[group &* 3 &+ 2] = UInt8(truncatingIfNeeded: word)
                    }
                    return seen & wrong == 0
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
    /// cache: whoever sends a token knows it. With comparisons a whole token took half as long again.
    private static let values: [UInt8] = (0...255).map { byte in
        UInt8(truncatingIfNeeded: alphabet.firstIndex(of: byte) ?? 255)
    }

    /// In `words`, what a byte of no value has.
    private static let wrong: UInt32 = 1 << 31

    /// The value of each byte where it belongs in a group of four, for each of its four places: four look-ups and three
    /// additions of bits make 24 of them, in half of the time that moving six at a time took.
    private static let words: [UInt32] = [18, 12, 6, 0].flatMap { shift in
        values.map { $0 < 64 ? UInt32($0) << shift : wrong }
    }
}

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
