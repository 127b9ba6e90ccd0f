/// Turns access units with lengths, as MP4 has them (ISO/IEC 14496-15 §5.3.2), into ones with start codes, as transport
/// streams have them (ITU-T H.264 Annex B; ISO/IEC 13818-1 §2.14 wants a delimiter in front).
struct AnnexB {
    private static let startCode: [UInt8] = [0, 0, 0, 1]
    /// ITU-T H.264 table 7-1.
    private static let delimiter: UInt8 = 9

    private let lengthSize: Int
    /// Those of the headers; empty where they stand in the pictures alone.
    private let known: [[UInt8]]
    /// The same, with start codes.
    private let parameterSets: [UInt8]

    /// Nil where the headers are no avcC record (ISO/IEC 14496-15 §5.3.3.1).
    init?(extradata: [UInt8]) {
        let stream = H264Stream(extradata: extradata)
        guard let lengthSize = stream.lengthSize, stream.isWhole else { return nil }
        self.lengthSize = lengthSize
        known = stream.parameterSets
        parameterSets = known.flatMap { Self.startCode + $0 }
    }

    /// Appends an access unit to `output`: behind a delimiter, and an IDR picture behind the parameter sets of the headers
    /// where it carries none. Zeros behind it are padding. False where a length leads beyond its end, or where it carries
    /// other sets: the pictures that follow without any would get those of the headers.
    func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) -> Bool {
        guard bytes.count > lengthSize else { return false }
        let facts = AccessUnitFacts(bytes, lengthSize: lengthSize)
        guard known.isEmpty || facts.parameterSets.allSatisfy(known.contains) else { return false }
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
        return bytes[position...].allSatisfy { $0 == 0 }
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
