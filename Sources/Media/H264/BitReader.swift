/// Reads the bits of a NAL unit, most significant first, without the bytes that only keep start codes from appearing
/// (ITU-T H.264 §7.3.1). Behind the end, all bits are 0.
struct BitReader {
    private let bytes: [UInt8]
    private var position = 0

    /// - Parameter unit: with its one byte of header, which is skipped.
    init(unit: some Sequence<UInt8>) {
        var bytes: [UInt8] = []
        var zeros = 0
        for byte in unit.dropFirst() {
            // emulation_prevention_three_byte
            if zeros >= 2 && byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            bytes.append(byte)
        }
        self.bytes = bytes
    }

    /// Whether more was read than there is.
    var isPastEnd: Bool { position > 8 * bytes.count }

    /// u(n): a number of `count` bits, 32 at most.
    mutating func bits(_ count: Int) -> Int {
        var value = 0
        for _ in 0..<count { value = value << 1 | (flag() ? 1 : 0) }
        return value
    }

    /// u(1)
    mutating func flag() -> Bool {
        defer { position += 1 }
        guard position < 8 * bytes.count else { return false }
        return bytes[position / 8] >> (7 - position % 8) & 1 == 1
    }

    /// ue(v): a number in Exp-Golomb code (§9.1), of 32 bits at most; one that goes on is damage, and read to no end.
    mutating func golomb() -> Int {
        var zeros = 0
        while zeros < 32, !flag() { zeros += 1 }
        if zeros == 32 { position = 8 * bytes.count + 1 }
        return (1 << zeros) - 1 + bits(zeros)
    }

    /// se(v): the same with a sign (§9.1.1).
    mutating func signedGolomb() -> Int {
        let code = golomb()
        return code & 1 == 1 ? (code + 1) / 2 : -code / 2
    }
}
