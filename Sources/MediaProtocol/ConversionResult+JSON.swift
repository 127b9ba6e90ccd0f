import Domain
import Formats

extension ConversionResult {
    package var json: JSONValue {
        [
            "duration": .number(duration), "segments": .integer(segments), "bytes": .integer(bytes),
            "video_codec": .string(videoCodec), "audio_codec": audioCodec.map { .string($0) } ?? .null,
            "width": .integer(width), "height": .integer(height), "plan": .string(plan),
            "rendition": rendition.json, "is_complete": .bool(isComplete),
            "poster_failure": posterFailure.map { .string($0) } ?? .null,
        ]
    }

    /// Nil where something is missing, or cannot be.
    package init?(_ json: JSONValue) {
        guard let duration = json["duration"]?.doubleValue, let segments = json["segments"]?.intValue,
            let bytes = json["bytes"]?.intValue, let videoCodec = json["video_codec"]?.stringValue,
            let width = json["width"]?.intValue, let height = json["height"]?.intValue,
            let plan = json["plan"]?.stringValue, let rendition = json["rendition"].flatMap(Rendition.init),
            case .bool(let isComplete)? = json["is_complete"], rendition.name == .first,
            MediaReply.durations.contains(duration),
            [segments, bytes, width, height].allSatisfy({ $0 >= 0 })
        else { return nil }
        self.init(
            duration: duration, segments: segments, bytes: bytes, videoCodec: videoCodec,
            audioCodec: json["audio_codec"]?.stringValue, width: width, height: height, plan: plan,
            rendition: rendition, isComplete: isComplete)
        posterFailure = json["poster_failure"]?.stringValue
    }
}
