import Formats

extension ConversionOptions {
    var json: JSONValue {
        [
            "segment_seconds": .number(segmentSeconds), "preset": .string(preset), "crf": .integer(crf),
            "max_height": .integer(maxHeight), "threads": .integer(threads),
            "is_stored": .bool(isStored),
        ]
    }

    /// Nil where one is missing.
    init?(_ json: JSONValue) {
        guard let segmentSeconds = json["segment_seconds"]?.doubleValue,
            let preset = json["preset"]?.stringValue,
            let crf = json["crf"]?.intValue, let maxHeight = json["max_height"]?.intValue,
            let threads = json["threads"]?.intValue, case .bool(let isStored)? = json["is_stored"]
        else { return nil }
        self.init(
            segmentSeconds: segmentSeconds, preset: preset, crf: crf, maxHeight: maxHeight, threads: threads,
            isStored: isStored)
    }
}
