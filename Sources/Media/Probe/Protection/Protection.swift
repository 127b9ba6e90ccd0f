import CLibAV
import MediaProtocol

/// Which streams of a file are encrypted, and by what. libav hands their packets on as if they were pictures and sound:
/// copied, they are garbage.
struct Protection {
    /// By a stream's index: what it is encrypted with, in a trainer's words.
    let schemes: [Int: String]

    /// Looks into the headers, and of what has none (transport streams, DVDs) at packets of several places.
    init(_ demuxer: Demuxer) {
        var schemes: [Int: String] = [:]
        let find = Self.finder(demuxer)
        for stream in demuxer.streams { schemes[stream.index] = find(stream) }
        self.schemes = schemes
    }

    /// What the demuxer learns of a packet only once it is read.
    static let ofPackets = "Common Encryption"

    /// The refusal of a film whose only pictures, or only sound, are encrypted.
    static func refusal(_ track: Track, _ scheme: String) -> MediaError {
        let what = track == .video ? "pictures of this film are" : "sound of this film is"
        return MediaError(
            .unsupported,
            "The \(what) encrypted (copy protection, DRM: \(scheme)). Upload a copy without copy protection.",
            operation: "protection")
    }

    /// The refusal of a file that libavformat does not even open, where that is because it is encrypted.
    static func refusal(ofUnopened input: FileInput) -> MediaError? {
        let scheme = ProtectedSampleEntries(input).schemes.values.first ?? ProtectedASF.scheme(input)
        return scheme.map { refusal(.video, $0) }
    }

    private static func finder(_ demuxer: Demuxer) -> (Stream) -> String? {
        switch demuxer.formatName {
        case let name where name.hasPrefix("mov"):
            let entries = ProtectedSampleEntries(demuxer.input)
            return { entries.schemes[$0.id] }
        case "asf":
            let scheme = ProtectedASF.scheme(demuxer.input)
            return { _ in scheme }
        case let name where name.hasPrefix("matroska"):
            return { $0.hasEncryptionKey ? "WebM encryption" : nil }
        case "mpegts":
            let packets = ScrambledPackets(transport: demuxer.input)
            return { sampleEncryption($0) ?? packets.scheme(of: $0.id) }
        case "mpeg":
            let packets = ScrambledPackets(program: demuxer.input)
            return { packets.scheme(of: $0.id) }
        case "flv":
            let tags = FilteredTags(demuxer.input)
            return { tags.scheme(of: $0.parameters.codec_type) }
        default: return { _ in nil }
        }
    }

    /// Stream types of HTTP Live Streaming's SAMPLE-AES: those of H.264, AAC, AC-3 and E-AC-3 with the upper bits set. They
    /// are a transport stream's tags.
    private static func sampleEncryption(_ stream: Stream) -> String? {
        [0xDB, 0xCF, 0xC1, 0xC2].contains(stream.parameters.codec_tag) ? "SAMPLE-AES" : nil
    }
}

extension Stream {
    /// Matroska's ContentEncKeyID, which libavformat hands on as a tag of its own; one that a person wrote has capitals.
    fileprivate var hasEncryptionKey: Bool {
        av_dict_get(pointer.pointee.metadata, "enc_key_id", nil, AV_DICT_MATCH_CASE) != nil
    }
}
