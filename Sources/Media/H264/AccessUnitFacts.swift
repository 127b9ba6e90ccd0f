/// What the NAL units of one H.264 access unit say about where a stream may be cut (ITU-T H.264 §7.4.1).
struct AccessUnitFacts: Equatable {
    /// The first slice belongs to an IDR picture: nothing after it refers to anything before it.
    var isIDR = false
    /// Sequence and picture parameter sets stand in the access unit itself.
    var hasParameterSets: Bool { sawSPS && sawPPS }
    /// A hash of the parameter sets that were met, to see whether they change; nil where there were none.
    var parameterSetHash: Int?

    private var sawSPS = false
    private var sawPPS = false

    /// Reads until the first slice; more bytes than the head of the access unit are not needed.
    ///
    /// - Parameter lengthSize: bytes of the length in front of each unit (ISO/IEC 14496-15 §5.3.3.1), or nil
    ///   where the units are separated by start codes (H.264 Annex B).
    init(_ bytes: UnsafeRawBufferPointer, lengthSize: Int?) {
        if let lengthSize {
            readLengthPrefixed(bytes, lengthSize)
        } else {
            readAnnexB(bytes)
        }
    }

    private mutating func readLengthPrefixed(_ bytes: UnsafeRawBufferPointer, _ lengthSize: Int) {
        var position = 0
        while position + lengthSize < bytes.count {
            let length = bytes[position..<position + lengthSize].reduce(0) { $0 << 8 | Int($1) }
            position += lengthSize
            let end = min(bytes.count, position + length)
            guard length > 0, !take(UnsafeRawBufferPointer(rebasing: bytes[position..<end])) else { return }
            position += length
        }
    }

    private mutating func readAnnexB(_ bytes: UnsafeRawBufferPointer) {
        var unit: Int?
        var position = 0
        while position + 3 <= bytes.count {
            guard bytes[position] == 0, bytes[position + 1] == 0, bytes[position + 2] == 1 else {
                position += 1
                continue
            }
            if let unit, take(UnsafeRawBufferPointer(rebasing: bytes[unit..<position])) { return }
            position += 3
            unit = position
            // A slice tells by its first byte; to look for its end would be to read all of it.
            if position < bytes.count, Self.isSlice(bytes[position]) { break }
        }
        if let unit, unit < bytes.count { _ = take(UnsafeRawBufferPointer(rebasing: bytes[unit...])) }
    }

    /// ITU-T H.264 table 7-1: types 1 to 5.
    private static func isSlice(_ header: UInt8) -> Bool { (1...5).contains(header & 0x1F) }

    /// Notes one unit; true once a slice was met.
    private mutating func take(_ unit: UnsafeRawBufferPointer) -> Bool {
        guard let header = unit.first else { return false }
        switch header & 0x1F {
        case 1, 2: return true
        case 5:
            isIDR = true
            return true
        case 7, 8:
            sawSPS = sawSPS || header & 0x1F == 7
            sawPPS = sawPPS || header & 0x1F == 8
            addHash(unit)
            return false
        default: return false
        }
    }

    /// Zeros at the end belong to the next start code, so they do not count (Annex B, trailing_zero_8bits).
    private mutating func addHash(_ unit: UnsafeRawBufferPointer) {
        var hash = UInt(bitPattern: parameterSetHash ?? 5381)
        var end = unit.count
        while end > 0, unit[end - 1] == 0 { end -= 1 }
        for byte in unit[..<end] { hash = (hash &* 33) ^ UInt(byte) }
        parameterSetHash = Int(bitPattern: hash)
    }
}
