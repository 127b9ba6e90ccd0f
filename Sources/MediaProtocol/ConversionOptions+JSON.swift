import Domain
import Formats

extension ConversionOptions {
    var json: JSONValue {
        [
            "segment_seconds": .number(segmentSeconds), "preset": .string(preset), "crf": .integer(crf),
            "max_height": .integer(maxHeight), "threads": .integer(threads),
            "is_stored": .bool(isStored), "rungs": .array(ladder.rungs.map(\.json)),
            "max_bitrate": .integer(ladder.maxBitrate),
        ]
    }

    /// Nil where one is missing.
    init?(_ json: JSONValue) {
        guard let segmentSeconds = json["segment_seconds"]?.doubleValue,
            let preset = json["preset"]?.stringValue,
            let crf = json["crf"]?.intValue, let maxHeight = json["max_height"]?.intValue,
            let threads = json["threads"]?.intValue, case .bool(let isStored)? = json["is_stored"],
            let ladder = Ladder(json)
        else { return nil }
        self.init(
            segmentSeconds: segmentSeconds, preset: preset, crf: crf, maxHeight: maxHeight, threads: threads,
            isStored: isStored, ladder: ladder)
    }
}

extension Ladder {
    /// Nil where a rung is none.
    fileprivate init?(_ json: JSONValue) {
        guard case .array(let values)? = json["rungs"], let maxBitrate = json["max_bitrate"]?.intValue else {
            return nil
        }
        let rungs = values.compactMap(Rung.init(json:))
        guard rungs.count == values.count else { return nil }
        self.init(rungs: rungs, maxBitrate: maxBitrate)
    }
}

extension Rung {
    fileprivate var json: JSONValue {
        [
            "shorter_side": .integer(shorterSide), "max_bitrate": .integer(maxBitrate),
            "max_frame_rate": maxFrameRate.map { .integer($0) } ?? .null,
        ]
    }

    fileprivate init?(json: JSONValue) {
        guard let side = json["shorter_side"]?.intValue, let rate = json["max_bitrate"]?.intValue else {
            return nil
        }
        self.init(shorterSide: side, maxBitrate: rate, maxFrameRate: json["max_frame_rate"]?.intValue)
    }
}
