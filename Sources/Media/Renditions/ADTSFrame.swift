/// One frame of AAC as it stands in a PES packet (ISO/IEC 14496-3 §1.A.2.2.1, ADTS).
struct ADTSFrame: Equatable {
    /// §1.6.3.4, table 1.18.
    private static let rates: [Int32] = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
    ]
    static let samples = 1024

    let bytes: ArraySlice<UInt8>
    /// Hz.
    let rate: Int32
    /// As it is coded: 0 where the frame itself says which there are.
    let channels: Int

    /// The frames that stand in `bytes`, one behind the other; what is none is left out.
    static func all(in bytes: [UInt8]) -> [ADTSFrame] {
        var frames: [ADTSFrame] = []
        var rest = bytes[...]
        while let frame = ADTSFrame(startOf: rest) {
            frames.append(frame)
            rest = rest.dropFirst(frame.bytes.count)
        }
        return frames
    }

    private init?(startOf bytes: ArraySlice<UInt8>) {
        let head = Array(bytes.prefix(7))
        guard head.count == 7, head[0] == 0xFF, head[1] & 0xF0 == 0xF0 else { return nil }
        let index = Int(head[2] >> 2 & 0x0F)
        let length = Int(head[3] & 3) << 11 | Int(head[4]) << 3 | Int(head[5] >> 5)
        guard Self.rates.indices.contains(index), length >= 7, length <= bytes.count else { return nil }
        rate = Self.rates[index]
        channels = Int(head[2] & 1) << 2 | Int(head[3] >> 6)
        self.bytes = bytes.prefix(length)
    }
}
