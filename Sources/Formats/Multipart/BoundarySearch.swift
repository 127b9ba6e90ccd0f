/// Finds a delimiter, `CRLF "--" boundary` (RFC 2046 §5.1.1), in bytes that arrive in pieces.
///
/// Horspool's search: the byte that would be the delimiter's last tells how far to skip, so most bytes of a video are
/// never looked at. Where that is not far, because the delimiter is short or its end is everywhere, eight places are
/// looked at together for the first byte and the last. A boundary holds no CR, so a comparison starts only at a CR, stops
/// before the next one, and all of them together read each byte once. For the same reason at most one delimiter can be
/// half seen at the end of a piece, and a number is all that has to be remembered of it.
struct BoundarySearch: Sendable {
    let delimiter: [UInt8]
    /// By the byte at the end of the window; 0 for the delimiter's own last byte.
    private var shifts: InlineArray<256, UInt8>

    /// Nil unless `boundary` is 1 to 70 of RFC 2046's `bchars`, the last of them no space.
    init?(boundary: String) {
        guard (1...70).contains(boundary.utf8.count), boundary.utf8.allSatisfy(Self.isBoundaryByte),
            boundary.utf8.last != UInt8(ascii: " ")
        else { return nil }
        let delimiter = Array("\r\n--\(boundary)".utf8)
        let last = delimiter.count - 1
        var shifts = InlineArray<256, UInt8>(repeating: UInt8(delimiter.count))
        for index in delimiter.indices { shifts[Int(delimiter[index])] = UInt8(last - index) }
        self.delimiter = delimiter
        self.shifts = shifts
    }

    /// Where the first whole delimiter at or after `start` begins.
    func firstMatch(in bytes: Span<UInt8>, from start: Int) -> Int? {
        let last = delimiter.count - 1
        // Taken once: a look through the property copies all of it.
        let shifts = shifts.span
        var index = start
        while index + last + EightBytes.count <= bytes.count {
            let shift = Int(shifts[Int(bytes[index + last])])
            guard shift < EightBytes.count else {
                index += shift
                continue
            }
            if let match = firstMatch(in: bytes, ofEightFrom: index) { return match }
            index += EightBytes.count
        }
        while index + last < bytes.count {
            if bytes[index] == delimiter[0], matchedPrefix(of: bytes, at: index) > last { return index }
            index += 1
        }
        return nil
    }

    private func firstMatch(in bytes: Span<UInt8>, ofEightFrom index: Int) -> Int? {
        let last = delimiter.count - 1
        var marks = EightBytes(bytes, at: index).marks(of: delimiter[0])
        if marks != 0 { marks &= EightBytes(bytes, at: index + last).marks(of: delimiter[last]) }
        while marks != 0 {
            let place = index + marks.trailingZeroBitCount / 8
            if matchedPrefix(of: bytes, at: place) > last { return place }
            marks &= marks - 1
        }
        return nil
    }

    /// How many bytes of a delimiter that may go on in the next piece stand at the end of this one.
    func unfinishedMatch(in bytes: Span<UInt8>, from start: Int) -> Int {
        var index = max(start, bytes.count - (delimiter.count - 1))
        while index < bytes.count,
            bytes[index] != 0x0D || matchedPrefix(of: bytes, at: index) < bytes.count - index
        {
            index += 1
        }
        return bytes.count - index
    }

    /// How many bytes of the delimiter, of which `matched` were seen before, stand at `index`.
    func matchedPrefix(of bytes: Span<UInt8>, at index: Int, after matched: Int = 0) -> Int {
        var length = matched
        while length < delimiter.count, index + length - matched < bytes.count,
            bytes[index + length - matched] == delimiter[length]
        {
            length += 1
        }
        return length - matched
    }

    private static func isBoundaryByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "'()+_,-./:=? ".utf8.contains(byte)
        }
    }
}

/// Eight bytes side by side in one word, the first of them lowest.
struct EightBytes {
    static let count = 8

    private let word: UInt64

    /// Those from `index` on. One load in the end: once the last is known to be there, the compiler puts the eight
    /// together.
    @inline(__always)
    init(_ bytes: Span<UInt8>, at index: Int) {
        let part = bytes.extracting(index..<index &+ 8)
        let last = UInt64(part[7]) << 56 | UInt64(part[6]) << 48 | UInt64(part[5]) << 40
        let middle = UInt64(part[4]) << 32 | UInt64(part[3]) << 24 | UInt64(part[2]) << 16
        word = last | middle | UInt64(part[1]) << 8 | UInt64(part[0])
    }

    /// The highest bit of each that is `byte`; now and then also of one that is not, behind one that is.
    func marks(of byte: UInt8) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let difference = word ^ UInt64(byte) &* ones
        // A zero borrows from what is above it.
        return (difference &- ones) & ~difference & ones << 7
    }
}
