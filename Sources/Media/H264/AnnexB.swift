/// Turns access units with lengths, as MP4 has them (ISO/IEC 14496-15 §5.3.2), into ones with start codes, as transport
/// streams have them (ITU-T H.264 Annex B; ISO/IEC 13818-1 §2.14 wants a delimiter in front).
struct AnnexB {
    private static let startCode: [UInt8] = [0, 0, 0, 1]
    /// ITU-T H.264 table 7-1.
    private static let delimiter: UInt8 = 9

    private let lengthSize: Int
    /// Those of the headers, with start codes.
    private let parameterSets: [UInt8]

    /// Nil where the headers are no avcC record (ISO/IEC 14496-15 §5.3.3.1).
    init?(extradata: [UInt8]) {
        guard let lengthSize = H264Stream(extradata: extradata).lengthSize else { return nil }
        self.lengthSize = lengthSize
        var rest = extradata.dropFirst(5)
        var parameterSets: [UInt8] = []
        for mask: UInt8 in [0x1F, 0xFF] {
            guard let count = rest.popFirst() else { return nil }
            for _ in 0..<(count & mask) {
                guard let high = rest.popFirst(), let low = rest.popFirst() else { return nil }
                let length = Int(high) << 8 | Int(low)
                guard length <= rest.count else { return nil }
                parameterSets += Self.startCode + rest.prefix(length)
                rest = rest.dropFirst(length)
            }
        }
        self.parameterSets = parameterSets
    }

    /// Appends an access unit to `output`: behind a delimiter, and an IDR picture behind the parameter sets of the headers
    /// where it carries none. False where a length leads beyond its end.
    func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) -> Bool {
        guard bytes.count > lengthSize else { return false }
        let facts = AccessUnitFacts(bytes, lengthSize: lengthSize)
        var front = facts.isIDR && !facts.hasParameterSets ? parameterSets : []
        if firstType(bytes) != Self.delimiter {
            // ITU-T H.264 §7.3.2.4: any slice may follow.
            output += Self.startCode + [Self.delimiter, 0xF0] + front
            front = []
        }
        var position = 0
        while position + lengthSize <= bytes.count {
            let length = bytes[position..<position + lengthSize].reduce(0) { $0 << 8 | Int($1) }
            position += lengthSize
            guard length <= bytes.count - position else { return false }
            if length > 0 {
                output += Self.startCode
                output += UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
                output += front
                front = []
            }
            position += length
        }
        return position == bytes.count
    }

    /// Type of the first unit that is not empty; nil where all are.
    private func firstType(_ bytes: UnsafeRawBufferPointer) -> UInt8? {
        var position = 0
        while position + lengthSize < bytes.count {
            let length = bytes[position..<position + lengthSize]
            position += lengthSize
            if length.contains(where: { $0 != 0 }) { return bytes[position] & 0x1F }
        }
        return nil
    }
}
