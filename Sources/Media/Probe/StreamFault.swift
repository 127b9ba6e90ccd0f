import CLibAV
import MediaProtocol

/// Why a stream does not become part of a lesson.
enum StreamFault: Equatable {
    case cover
    case encrypted(String)
    /// Colours that cannot be converted, and whose they are.
    case colours(String)
    /// The codec's name.
    case undecodable(String)
    /// There is a decoder for that codec, and nothing for it to decode, or nothing that tells what it is.
    case unread(String)
    case empty
    /// Subtitles, time codes, attachments.
    case otherKind
    /// It could have been chosen.
    case another

    /// Nil where nothing speaks against it.
    init?(_ stream: Stream, of demuxer: Demuxer, _ protection: Protection, _ limits: MediaLimits) {
        guard [AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO].contains(stream.parameters.codec_type) else {
            self = .otherKind
            return
        }
        if stream.isAttachedPicture {
            self = .cover
        } else if let scheme = protection.schemes[stream.index] {
            self = .encrypted(scheme)
        } else if let profile = stream.dolbyVisionWithoutBase {
            self = .colours("Dolby Vision profile \(profile)")
        } else if demuxer.listsNoPackets(of: stream) {
            self = .empty
        } else if AcceptedDecoders.decoder(for: stream.parameters.codec_id) != nil, !stream.isDecodable {
            self = .unread(stream.longCodecName)
        } else if !stream.isDecodable || !Decoder.opens(stream, limits: limits) {
            self = .undecodable(stream.longCodecName)
        } else {
            return nil
        }
    }

    /// For the plan.
    var words: String {
        switch self {
        case .cover: "a cover picture"
        case .encrypted(let scheme): "encrypted (\(scheme))"
        case .colours(let what): what
        case .undecodable(let codec): "\(codec) is not decodable"
        case .unread(let codec): "nothing of its \(codec) can be read"
        case .empty: "it has no packets"
        case .otherKind: "not part of a lesson"
        case .another: "another one was chosen"
        }
    }
}

extension Stream {
    /// "stream 2 (audio, ac3): another one was chosen".
    func description(because reason: String) -> String {
        let type = av_get_media_type_string(parameters.codec_type).map { String(cString: $0) } ?? "unknown"
        return "stream \(index) (\(type), \(codecName)): \(reason)"
    }

    /// The codec's name for people, or the four characters by which the container calls it.
    var longCodecName: String {
        if let name = avcodec_descriptor_get(parameters.codec_id)?.pointee.long_name {
            return String(cString: name)
        }
        let characters = (0..<4).map { UInt8(truncatingIfNeeded: parameters.codec_tag >> ($0 * 8)) }
        let isReadable = characters.allSatisfy { (0x20...0x7E).contains($0) }
        return isReadable ? "“\(String(decoding: characters, as: UTF8.self))”" : "unknown"
    }

    /// The profile of Dolby Vision pictures that have no base for other players: their colours (IPT) are no ones that a
    /// screen or a codec knows, and the way back stands in metadata that libavcodec does not apply.
    fileprivate var dolbyVisionWithoutBase: Int? {
        var size = 0
        guard let data = focust_av_stream_side_data(pointer, AV_PKT_DATA_DOVI_CONF, &size),
            size >= MemoryLayout<AVDOVIDecoderConfigurationRecord>.size
        else { return nil }
        let record = UnsafeRawPointer(data).loadUnaligned(as: AVDOVIDecoderConfigurationRecord.self)
        // Dolby Vision Streams within the ISO Base Media File Format §3.2: compatibility 0 means none.
        let hasNone =
            record.dv_profile == 5 || record.dv_profile > 8 && record.dv_bl_signal_compatibility_id == 0
        return hasNone ? Int(record.dv_profile) : nil
    }
}
