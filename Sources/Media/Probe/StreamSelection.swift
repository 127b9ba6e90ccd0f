import CLibAV
import MediaProtocol

/// Which streams of a file become the lesson: one picture, and one sound where there is one.
struct StreamSelection {
    let video: Stream?
    /// The sounds that can be decoded, the best choice first.
    let sounds: [Stream]
    /// The others, in words.
    let ignored: [String]
    /// Why the lesson would have no picture, or lack a sound that it must not; nil where all is well.
    let refusal: MediaError?

    var audio: Stream? { sounds.first }

    /// Of what can be decoded: a film before a still, then what is marked as the default, then the most pictures, then the
    /// largest ones, then the first. A cover is no film.
    init(_ demuxer: Demuxer, limits: MediaLimits) {
        let protection = Protection(demuxer)
        let faults = demuxer.streams.map { StreamFault($0, of: demuxer, protection, limits) }
        func usable(_ type: AVMediaType) -> [Stream] {
            zip(demuxer.streams, faults).filter { $0.parameters.codec_type == type && $1 == nil }.map(\.0)
        }
        let films = usable(AVMEDIA_TYPE_VIDEO)
        let counts = films.count > 1 ? PictureCounts(demuxer) : nil
        let video = Self.best(films, counts)
        sounds = usable(AVMEDIA_TYPE_AUDIO).enumerated()
            .sorted { ($0.element.isDefault ? 0 : 1, $0.offset) < ($1.element.isDefault ? 0 : 1, $1.offset) }
            .map(\.element)
        self.video = video
        let chosen = [video, sounds.first].compactMap { $0?.index }
        let all = Array(zip(demuxer.streams, faults))
        ignored = all.filter { !chosen.contains($0.0.index) }
            .map { $0.description(because: ($1 ?? .another).words) }
        refusal =
            video == nil
            ? Self.refusalOfPictures(all) : sounds.isEmpty ? Self.refusalOfSound(all) : nil
    }

    private static func best(_ films: [Stream], _ counts: PictureCounts?) -> Stream? {
        guard let counts else { return films.first }
        let ranked = films.enumerated().map { (counts.rank($0.element, $0.offset), $0.element) }
        return ranked.max { $0.0.lexicographicallyPrecedes($1.0) }?.1
    }

    private static func refusalOfPictures(_ streams: [(Stream, StreamFault?)]) -> MediaError {
        let films = streams.filter { $0.0.parameters.codec_type == AVMEDIA_TYPE_VIDEO }.compactMap(\.1)
        for case .encrypted(let scheme) in films { return Protection.refusal(.video, scheme) }
        for case .colours(let what) in films {
            return MediaError(
                .unsupported,
                "The film is in \(what), whose colours only Dolby's players show. Export it as HDR10, HLG or SDR.",
                operation: "probe")
        }
        var message = "There is no video in this file that can be decoded"
        for case .undecodable(let codec) in films {
            message += ": its codec is \(codec)"
            return MediaError(.unsupported, message + ".", operation: "probe")
        }
        for case .unread(let codec) in films { return refusal(unread: codec) }
        return MediaError(.unsupported, message + ".", operation: "probe")
    }

    /// The refusal of a film whose headers tell of pictures, and which holds none.
    static func refusal(unread codec: String) -> MediaError {
        MediaError(
            .unsupported,
            "There is no video in this file that can be decoded: nothing of its \(codec) can be read.",
            operation: "probe")
    }

    /// A silent lesson is better than none, but where the sound is there and kept from us, the trainer can help it.
    private static func refusalOfSound(_ streams: [(Stream, StreamFault?)]) -> MediaError? {
        let sounds = streams.filter { $0.0.parameters.codec_type == AVMEDIA_TYPE_AUDIO }.compactMap(\.1)
        for case .encrypted(let scheme) in sounds { return Protection.refusal(.audio, scheme) }
        return nil
    }
}
