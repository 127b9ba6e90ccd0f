/// What the NAL units of one H.264 access unit say about where a stream may be cut (ITU-T H.264 §7.4.1).
struct AccessUnitFacts: Equatable {
    /// The first slice belongs to an IDR picture: nothing after it refers to anything before it.
    var isIDR = false
    /// Sequence and picture parameter sets stand in the access unit itself.
    var hasParameterSets: Bool { [Self.sequence, Self.picture].allSatisfy { first($0) != nil } }
    /// The parameter sets that were met, in their order.
    private(set) var parameterSets: [[UInt8]] = []

    /// ITU-T H.264 table 7-1.
    private static let sequence: UInt8 = 7
    private static let picture: UInt8 = 8

    /// What the sequence parameter set says, where there is one that can be read.
    var stated: SequenceParameterSet? { first(Self.sequence).flatMap { SequenceParameterSet(unit: $0) } }

    private func first(_ type: UInt8) -> [UInt8]? { parameterSets.first { $0[0] & 0x1F == type } }

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
            if take(UnsafeRawBufferPointer(rebasing: bytes[position..<end])) { return }
            position = end
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
        case Self.sequence, Self.picture:
            parameterSets.append(Self.withoutTrailingZeros(unit))
            return false
        default: return false
        }
    }

    /// Zeros at the end belong to the next start code, so they do not count (Annex B, trailing_zero_8bits).
    static func withoutTrailingZeros(_ unit: some BidirectionalCollection<UInt8>) -> [UInt8] {
        Array(unit.prefix(through: unit.lastIndex { $0 != 0 } ?? unit.startIndex))
    }
}
