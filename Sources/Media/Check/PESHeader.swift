/// The head of one packetised picture or run of sound (ISO/IEC 13818-1 §2.4.3.6).
struct PESHeader {
    /// 90 kHz, 33 bits.
    let pts: Int64
    /// The same as `pts` where the stream gives none.
    let dts: Int64
    /// Where the elementary stream begins.
    let length: Int

    /// Nil where the bytes are no PES head with a time.
    init?(_ payload: UnsafeRawBufferPointer) {
        guard payload.count >= 14, payload[0] == 0, payload[1] == 0, payload[2] == 1, payload[7] & 0x80 != 0
        else {
            return nil
        }
        pts = Self.time(payload, at: 9)
        let hasDTS = payload[7] & 0x40 != 0 && payload.count >= 19
        dts = hasDTS ? Self.time(payload, at: 14) : pts
        length = min(payload.count, 9 + Int(payload[8]))
    }

    private static func time(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Int64 {
        let high = Int64(bytes[start] >> 1 & 7) << 30
        let middle = Int64(bytes[start + 1]) << 22 | Int64(bytes[start + 2] >> 1) << 15
        return high | middle | Int64(bytes[start + 3]) << 7 | Int64(bytes[start + 4] >> 1)
    }
}
