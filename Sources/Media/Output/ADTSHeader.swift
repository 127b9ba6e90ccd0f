/// The head that every frame of AAC has in a transport stream (ISO/IEC 14496-3 §1.A.2.2.1, ADTS).
struct ADTSHeader {
    private static let size = 7
    /// The frame's length has 13 bits.
    private static let maxLength = 1 << 13 - 1

    private let profile: UInt8
    private let frequency: UInt8
    private let channels: UInt8

    /// Nil where ADTS cannot say what the AudioSpecificConfig (§1.6.2.1) says, or there is none.
    init?(extradata: [UInt8]) {
        guard extradata.count >= 2 else { return nil }
        let type = extradata[0] >> 3
        frequency = (extradata[0] & 7) << 1 | extradata[1] >> 7
        channels = extradata[1] >> 3 & 0x0F
        // The last three bits: frames of 960 samples, a core coder, extensions.
        guard (1...4).contains(type), frequency < 13, (1...7).contains(channels), extradata[1] & 7 == 0 else {
            return nil
        }
        profile = type - 1
    }

    /// What of an AudioSpecificConfig (§1.6.2.1) ADTS has no words for; nil for nothing.
    static func obstacle(extradata: [UInt8]) -> String? {
        guard extradata.count >= 2 else { return nil }
        guard (1...4).contains(extradata[0] >> 3) else { return "its object type" }
        // An index of 15 is followed by the rate itself, and moves the rest.
        guard (extradata[0] & 7) << 1 | extradata[1] >> 7 < 13 else { return "its sampling rate" }
        if extradata[1] & 4 != 0 { return "frames of 960 samples" }
        return extradata[1] & 3 != 0 ? "its extensions" : nil
    }

    /// Appends `frame` behind its head to `output`, or as it is where it begins with one; false where it is too long.
    func append(_ frame: UnsafeRawBufferPointer, to output: inout [UInt8]) -> Bool {
        if Self.isHeaded(frame) {
            output += frame
            return true
        }
        let length = frame.count + Self.size
        guard !frame.isEmpty, length <= Self.maxLength else { return false }
        output += [
            0xFF, 0xF1, profile << 6 | frequency << 2 | channels >> 2,
            (channels & 3) << 6 | UInt8(length >> 11), UInt8(truncatingIfNeeded: length >> 3),
            // How full the decoder's buffer is, nobody says: eleven ones.
            UInt8(length & 7) << 5 | 0x1F, 0xFC,
        ]
        output += frame
        return true
    }

    /// Of a frame that begins with a head, what that says of profile, rate and channels; nil of any other.
    static func format(_ frame: UnsafeRawBufferPointer) -> [UInt8]? {
        guard frame.count >= size, isHeaded(frame) else { return nil }
        // The private bit says nothing, nor does what follows the channels.
        return [frame[2] & 0xFD, frame[3] & 0xC0]
    }

    /// The twelve ones that each head begins with.
    private static func isHeaded(_ frame: UnsafeRawBufferPointer) -> Bool {
        frame.count >= 2 && frame[0] == 0xFF && frame[1] & 0xF0 == 0xF0
    }
}
