import CLibAV

/// One stream of an opened file, read but not owned (avformat.h: AVStream).
struct Stream {
    let pointer: UnsafeMutablePointer<AVStream>

    /// The container's own number: a track ID, a PID, a start code.
    var id: Int { Int(pointer.pointee.id) }
    var index: Int { Int(pointer.pointee.index) }
    var timeBase: AVRational { pointer.pointee.time_base }
    var parameters: AVCodecParameters { pointer.pointee.codecpar.pointee }
    var isAttachedPicture: Bool { pointer.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 }
    var isDefault: Bool { pointer.pointee.disposition & AV_DISPOSITION_DEFAULT != 0 }

    /// Pictures or sound.
    var isMedia: Bool { [AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO].contains(parameters.codec_type) }

    /// The codec's name as libav writes it, "none" for an unknown one.
    var codecName: String { String(cString: avcodec_get_name(parameters.codec_id)) }

    /// A decoder exists and may be used, and the probe learned enough of the stream to open it.
    var isDecodable: Bool {
        guard AcceptedDecoders.decoder(for: parameters.codec_id) != nil else { return false }
        switch parameters.codec_type {
        case AVMEDIA_TYPE_VIDEO:
            return parameters.width > 0 && parameters.height > 0 && parameters.format >= 0
        case AVMEDIA_TYPE_AUDIO: return parameters.sample_rate > 0 && parameters.ch_layout.nb_channels > 0
        default: return false
        }
    }

    /// The codec's headers (avcC, AudioSpecificConfig, Annex B parameter sets, …).
    var extradata: [UInt8] { CodecParameters.extradata(parameters) }
}
