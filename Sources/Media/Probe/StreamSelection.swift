import CLibAV

/// Which streams of a file become the lesson: one picture, and one sound where there is one.
struct StreamSelection {
    let video: Stream?
    let audio: Stream?
    /// The others, in words.
    let ignored: [String]

    /// The default stream of each kind if it can be decoded, else the first that can; a cover picture is no video.
    init(_ streams: [Stream]) {
        let video = Self.choose(AVMEDIA_TYPE_VIDEO, streams)
        let audio = Self.choose(AVMEDIA_TYPE_AUDIO, streams)
        self.video = video
        self.audio = audio
        ignored = streams.filter { $0.index != video?.index && $0.index != audio?.index }.map(Self.reason)
    }

    private static func choose(_ type: AVMediaType, _ streams: [Stream]) -> Stream? {
        let candidates = streams.filter {
            $0.parameters.codec_type == type && !$0.isAttachedPicture && $0.isDecodable
        }
        return candidates.first(where: \.isDefault) ?? candidates.first
    }

    private static func reason(_ stream: Stream) -> String {
        let type =
            av_get_media_type_string(stream.parameters.codec_type).map { String(cString: $0) } ?? "unknown"
        let isMedia = [AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO].contains(stream.parameters.codec_type)
        let why: String
        if stream.isAttachedPicture {
            why = "a cover picture"
        } else if isMedia && !stream.isDecodable {
            why = "not decodable"
        } else {
            why = isMedia ? "another one was chosen" : "not part of a lesson"
        }
        return "stream \(stream.index) (\(type), \(stream.codecName)): \(why)"
    }
}
