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
