/// What the NAL units of a copied picture must be like, whatever is in them (ITU-T H.264 §7.3.1, §7.4.1).
struct PictureUnits {
    /// What is wrong; nil for nothing.
    private(set) var fault: String?
    /// The first slice is one of an IDR picture.
    private(set) var isIDR = false

    /// Bytes between two places that are looked at: a hole of the size of a disk's block is not missed.
    private static let step = 128
    /// Bytes of a picture with start codes in which its first slice is looked for: SEI messages stand before it.
    private static let headSize = 64 << 10

    private var hasSlice = false

    /// - Parameter lengthSize: as in `AccessUnitFacts`.
    init(_ bytes: UnsafeRawBufferPointer, lengthSize: Int?) {
        if let lengthSize { readLengths(bytes, lengthSize) } else { readStartCodes(bytes) }
        if fault == nil, !hasSlice { fault = "a packet without a picture" }
    }

    private mutating func readLengths(_ bytes: UnsafeRawBufferPointer, _ lengthSize: Int) {
        var position = 0
        while position + lengthSize <= bytes.count, fault == nil {
            var length = 0
            for index in position..<position + lengthSize { length = length << 8 | Int(bytes[index]) }
            position += lengthSize
            guard length <= bytes.count - position else {
                return fault = "a unit that leads beyond its packet"
            }
            guard length > 0 else { return fault = "a unit without contents" }
            let unit = UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
            take(unit)
            if Self.hole(unit) { fault = "a hole in a picture" }
            position += length
        }
    }

    private mutating func readStartCodes(_ bytes: UnsafeRawBufferPointer) {
        let end = min(bytes.count, Self.headSize)
        var position = 0
        while position + 3 < end, !hasSlice, fault == nil {
            if bytes[position] == 0, bytes[position + 1] == 0, bytes[position + 2] == 1 {
                take(UnsafeRawBufferPointer(rebasing: bytes[(position + 3)...]))
                position += 3
            }
            position += 1
        }
        if Self.hole(bytes) { fault = "a hole in a picture" }
    }

    /// Looks at a unit's first bytes.
    private mutating func take(_ unit: UnsafeRawBufferPointer) {
        guard let header = unit.first else { return }
        let type = header & 0x1F
        // Types 24 to 31 belong to RTP; the highest bit is forbidden.
        guard header & 0x80 == 0, (1...23).contains(type) else { return fault = "a unit of no known kind" }
        guard (1...5).contains(type) else { return }
        if !hasSlice { isIDR = type == 5 }
        hasSlice = true
        if !Self.isSliceHead(unit, isIDR: type == 5) { fault = "a slice of no known kind" }
    }

    /// §7.3.3: first_mb_in_slice, then slice_type, 0 to 9; §7.4.3: of an IDR picture I or SI (2, 4, 7, 9).
    private static func isSliceHead(_ unit: UnsafeRawBufferPointer, isIDR: Bool) -> Bool {
        // Partitions B and C begin otherwise, but no profile that is copied has them.
        guard unit.count >= 6 else { return unit.count >= 2 }
        var bits = ExponentialGolomb(unit)
        guard bits.next() != nil, let type = bits.next(), type <= 9 else { return false }
        return !isIDR || [2, 4, 7, 9].contains(type)
    }

    /// Whether eight zeros stand within a unit, where three must not (§7.4.1.1). Zeros behind a unit are padding.
    private static func hole(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = step
        while position + 8 <= bytes.count {
            if bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) == 0 {
                let end = bytes[position...].firstIndex { $0 != 0 }
                if let end, bytes[end] != 1 { return true }
                position = end ?? bytes.count
            }
            position += step
        }
        return false
    }
}

/// Reads unsigned Exp-Golomb numbers (ITU-T H.264 §9.1) from the first bytes behind a unit's header.
private struct ExponentialGolomb {
    private var bits: UInt64 = 0
    private var count = 0

    /// Five bytes hold the two numbers that are asked for; an emulation prevention byte among them is damage.
    init(_ unit: UnsafeRawBufferPointer) {
        for index in 1..<6 { bits = bits << 8 | UInt64(unit[index]) }
        bits <<= 24
        count = 40
    }

    mutating func next() -> Int? {
        let zeros = bits.leadingZeroBitCount
        guard zeros <= 16, 2 * zeros + 1 <= count else { return nil }
        let value = Int(bits >> (63 - 2 * UInt64(zeros))) - 1
        bits <<= UInt64(2 * zeros + 1)
        count -= 2 * zeros + 1
        return value
    }
}
