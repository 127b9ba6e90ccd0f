import CLibAV

/// Names of codecs as playlists and `canPlayType` want them (RFC 6381 §3.3).
enum CodecName {
    /// ISO/IEC 14496-3: audio object type 2, AAC-LC.
    static let aac = "mp4a.40.2"

    /// "avc1." and profile, constraints and level in hexadecimal, from the first bytes of the SPS.
    static func avc(_ parameters: AVCodecParameters) -> String {
        // avcodec.h: FF_PROFILE_H264_CONSTRAINED is bit 9 of the profile; it is constraint_set1_flag.
        let constraints = parameters.profile & 0x200 != 0 ? 0x40 : 0
        return "avc1." + hex(Int(parameters.profile & 0xFF)) + hex(constraints)
            + hex(Int(parameters.level & 0xFF))
    }

    private static func hex(_ byte: Int) -> String {
        let digits = String(byte, radix: 16)
        return digits.count < 2 ? "0" + digits : digits
    }
}
