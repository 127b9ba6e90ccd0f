/// One packet of an MPEG transport stream (ISO/IEC 13818-1 §2.4.3.2).
struct TransportPacket {
    static let size = 188

    /// The 188 bytes.
    let bytes: UnsafeRawBufferPointer

    var hasSync: Bool { bytes[0] == 0x47 }
    var startsUnit: Bool { bytes[1] & 0x40 != 0 }
    var pid: Int { Int(bytes[1] & 0x1F) << 8 | Int(bytes[2]) }
    /// transport_scrambling_control: the payload is encrypted.
    var isScrambled: Bool { bytes[3] & 0xC0 != 0 }
    var hasPayload: Bool { bytes[3] & 0x10 != 0 }
    var continuityCounter: UInt8 { bytes[3] & 0x0F }

    /// Behind the adaptation field, if there is one.
    var payload: UnsafeRawBufferPointer {
        let hasAdaptation = bytes[3] & 0x20 != 0
        let start = hasAdaptation ? 5 + Int(bytes[4]) : 4
        return UnsafeRawBufferPointer(rebasing: bytes[min(start, Self.size)...])
    }
}
