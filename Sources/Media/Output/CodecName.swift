import CLibAV
import Domain

/// Names of codecs as playlists and `canPlayType` want them (RFC 6381 §3.3).
enum CodecName {
    /// ISO/IEC 14496-3: audio object type 2, AAC-LC.
    static let aac = "mp4a.40.2"

    /// Of a rendition, as its first picture says: "avc1.64001E,mp4a.40.2".
    static func all(firstPicture: [UInt8], hasSound: Bool) -> String {
        let video = firstPicture.withUnsafeBytes { avc(extradata: [], firstPicture: $0) }
        return hasSound ? "\(video),\(aac)" : video
    }

    /// "avc1." and profile, constraints and level in hexadecimal: the three bytes behind the header of the SPS.
    ///
    /// They stand in an avcC record (ISO/IEC 14496-15 §5.3.3.1), or else in the first access unit with start
    /// codes. "avc1" alone where neither has them.
    static func avc(extradata: [UInt8], firstPicture: UnsafeRawBufferPointer) -> String {
        let isRecord = extradata.count >= 7 && extradata[0] == 1
        let bytes = isRecord ? Array(extradata[1...3]) : sequenceParameters(firstPicture)
        return bytes.isEmpty ? "avc1" : "avc1." + Hexadecimal.lowercase(bytes)
    }

    /// ITU-T H.264 §7.3.2.1.1: profile_idc, constraint flags, level_idc.
    private static func sequenceParameters(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        for position in 0..<max(0, bytes.count - 6)
        where bytes[position] == 0 && bytes[position + 1] == 0 && bytes[position + 2] == 1 {
            let unit = position + 3
            if bytes[unit] & 0x1F == 7 { return Array(bytes[unit + 1...unit + 3]) }
        }
        return []
    }
}
