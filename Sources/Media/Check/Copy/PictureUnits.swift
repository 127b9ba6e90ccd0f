/// What the slices of a copied picture must be like, whatever is in them (ITU-T H.264 §7.3.1, §7.4.1).
///
/// Nothing else in a packet is judged: decoders read over kinds that they do not know, and over what stands in messages and
/// stuffing. Of a unit whose length is zero there is none (ISO/IEC 14496-15 §4.3.3): libavcodec gives up such a packet, and a
/// writer that filled a picture's missing end with zeros made it. Two start codes in a row are nothing but zeros between units.
struct PictureUnits {
    /// What is wrong; nil for nothing.
    private(set) var fault: String?
    /// The first slice is one of an IDR picture.
    private(set) var isIDR = false

    /// Bytes between two places that are looked at: a hole of the size of a disk's block is not missed.
    private static let step = 128
    /// Bytes of a picture with start codes in which its first slice is looked for: SEI messages stand before it.
    private static let headSize = 64 << 10
    /// Bytes of a slice in which its first two numbers stand, however large they are.
    private static let sliceHead = 16
    /// Macroblocks of the largest picture (table A-1).
    private static let maxMacroblocks = 139_264

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
            guard length > 0 else { return fault = "an empty unit" }
            let unit = UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
            take(unit)
            if Self.isSlice(unit.first), Self.hole(unit) != nil { fault = "a hole in a picture" }
            position += length
        }
    }

    private mutating func readStartCodes(_ bytes: UnsafeRawBufferPointer) {
        let end = min(bytes.count, Self.headSize)
        var position = 0
        while position + 3 < end, !hasSlice, fault == nil {
            if Self.isStartCode(bytes, at: position) {
                take(UnsafeRawBufferPointer(rebasing: bytes[(position + 3)...]))
                position += 3
            }
            position += 1
        }
        if fault == nil, Self.hasHoleInSlice(bytes) { fault = "a hole in a picture" }
    }

    /// Of units with start codes; zeros in filler or in a message are none of the picture's.
    private static func hasHoleInSlice(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var (position, isInSlice) = (0, false)
        while let hole = hole(bytes, from: position) {
            let start = (position..<hole.lowerBound).last { isStartCode(bytes, at: $0) }
            if let start { isInSlice = isSlice(bytes[start + 3]) }
            if isInSlice { return true }
            position = hole.upperBound
        }
        return false
    }

    private static func isStartCode(_ bytes: UnsafeRawBufferPointer, at position: Int) -> Bool {
        bytes[position] == 0 && bytes[position + 1] == 0 && bytes[position + 2] == 1
    }

    /// Table 7-1: types 1 to 5.
    private static func isSlice(_ header: UInt8?) -> Bool {
        header.map { (1...5).contains($0 & 0x1F) } ?? false
    }

    /// Looks at a unit's first bytes.
    private mutating func take(_ unit: UnsafeRawBufferPointer) {
        guard let header = unit.first, Self.isSlice(header) else { return }
        let type = header & 0x1F
        if !hasSlice { isIDR = type == 5 }
        hasSlice = true
        // The highest bit is forbidden. Partitions B and C (types 3 and 4) have another head.
        let isGood =
            header & 0x80 == 0 && (type == 3 || type == 4 || Self.hasSliceHead(unit, isIDR: type == 5))
        if !isGood { fault = "a slice of no known kind" }
    }

    /// §7.3.3: first_mb_in_slice, then slice_type, 0 to 9; §7.4.3: of an IDR picture I or SI (2, 4, 7, 9).
    private static func hasSliceHead(_ unit: UnsafeRawBufferPointer, isIDR: Bool) -> Bool {
        var bits = BitReader(unit: unit.prefix(sliceHead))
        let (first, type) = (bits.golomb(), bits.golomb())
        guard !bits.isPastEnd, first < maxMacroblocks, type <= 9 else { return false }
        return !isIDR || [2, 4, 7, 9].contains(type)
    }

    /// Where eight zeros stand within a unit, where three must not (§7.4.1.1). Zeros behind a unit are padding.
    private static func hole(_ bytes: UnsafeRawBufferPointer, from start: Int = 0) -> Range<Int>? {
        var position = max(step, start)
        while position + 8 <= bytes.count {
            if bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) == 0 {
                let end = bytes[position...].firstIndex { $0 != 0 }
                if let end, bytes[end] != 1 { return position..<end }
                position = end ?? bytes.count
            }
            position += step
        }
        return nil
    }
}
