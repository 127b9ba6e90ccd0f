/// How the units of an H.264 stream are laid out, from its codec headers.
struct H264Stream {
    /// Bytes of the length in front of each unit, nil for Annex B.
    let lengthSize: Int?

    /// ISO/IEC 14496-15 §5.3.3.1: an avcC record begins with 1 and carries lengthSizeMinusOne in its fifth byte.
    init(extradata: [UInt8]) {
        lengthSize = extradata.count >= 7 && extradata[0] == 1 ? Int(extradata[4] & 3) + 1 : nil
    }

    /// The facts of one access unit, or of its head.
    func facts(_ bytes: UnsafeRawBufferPointer) -> AccessUnitFacts {
        AccessUnitFacts(bytes, lengthSize: lengthSize)
    }
}
