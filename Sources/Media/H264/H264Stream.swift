/// How the units of an H.264 stream are laid out, and its parameter sets, from its codec headers.
struct H264Stream {
    /// Bytes of the length in front of each unit, nil for Annex B.
    let lengthSize: Int?
    /// Those of the headers, in their order, without zeros at their ends.
    let parameterSets: [[UInt8]]
    /// What was read of an avcC record reaches to the end of its sets.
    let isWhole: Bool

    /// ISO/IEC 14496-15 §5.3.3.1: an avcC record begins with 1 and carries lengthSizeMinusOne in its fifth byte.
    init(extradata: [UInt8]) {
        let isRecord = extradata.count >= 7 && extradata[0] == 1
        lengthSize = isRecord ? Int(extradata[4] & 3) + 1 : nil
        if isRecord {
            (parameterSets, isWhole) = Self.sets(ofRecord: extradata)
        } else {
            let facts = extradata.withUnsafeBytes { AccessUnitFacts($0, lengthSize: nil) }
            (parameterSets, isWhole) = (facts.parameterSets, true)
        }
    }

    /// The facts of one access unit, or of its head.
    func facts(_ bytes: UnsafeRawBufferPointer) -> AccessUnitFacts {
        AccessUnitFacts(bytes, lengthSize: lengthSize)
    }

    /// What the headers say of the pictures; nil where they hold no set that can be read.
    var stated: SequenceParameterSet? {
        parameterSets.lazy.compactMap { SequenceParameterSet(unit: $0) }.first
    }

    private static func sets(ofRecord record: [UInt8]) -> (sets: [[UInt8]], isWhole: Bool) {
        var rest = record.dropFirst(5)
        var sets: [[UInt8]] = []
        for mask: UInt8 in [0x1F, 0xFF] {
            guard let count = rest.popFirst() else { return (sets, false) }
            for _ in 0..<(count & mask) {
                guard let high = rest.popFirst(), let low = rest.popFirst() else { return (sets, false) }
                let length = Int(high) << 8 | Int(low)
                guard length <= rest.count else { return (sets, false) }
                if length > 0 { sets.append(AccessUnitFacts.withoutTrailingZeros(rest.prefix(length))) }
                rest = rest.dropFirst(length)
            }
        }
        return (sets, true)
    }
}
