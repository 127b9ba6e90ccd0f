import Domain

/// What a published lesson's renditions are: the file `renditions.json` beside its playlist, which is not served. A lesson
/// that has one rendition has none.
///
/// It is stored with what it describes, so that a tree which is copied or restored describes itself.
package struct RenditionFacts: Equatable, Sendable {
    /// Seconds that the video lasts.
    package let duration: Double
    /// Those in the lesson's playlist.
    package let renditions: [Rendition]
    /// Those that gave way to others and stay on disk for who may still be playing them.
    package let retired: [Rendition]
    /// When the lesson got them. Before, its first rendition was all there was.
    package let since: Timestamp

    /// Nil for what no lesson of ours can be: no rendition, two of one name, numbers that no video has.
    package init?(duration: Double, renditions: [Rendition], retired: [Rendition] = [], since: Timestamp) {
        let all = renditions + retired
        guard duration > 0, duration <= Double(Self.maxSeconds), !renditions.isEmpty,
            Set(all.map(\.name)).count == all.count, all.allSatisfy(\.isPlausible)
        else { return nil }
        self.duration = duration
        self.renditions = renditions
        self.retired = retired
        self.since = since
    }

    private static let maxSeconds = 86_400

    // MARK: max_height

    /// The renditions that are left by `max_height`: those whose shorter side is that at most. Where all are larger, the
    /// lowest one: a viewer with a token sees at least that one.
    package func names(within height: Int) -> [RenditionName] {
        let fitting = renditions.filter { $0.shorterSide <= height }
        guard fitting.isEmpty else { return fitting.map(\.name) }
        let lowest = renditions.min {
            ($0.shorterSide, $0.averageBandwidth) < ($1.shorterSide, $1.averageBandwidth)
        }
        return lowest.map { [$0.name] } ?? []
    }

    /// Whether a token that allows `height` and was issued in the second `issuedAt` opens the files of `name`.
    ///
    /// A token from before the lesson had renditions opens the first one as well, which was the only one then: who was
    /// watching goes on. Nil: the token does not say when it was issued.
    package func opens(_ name: RenditionName, within height: Int, issuedAt: Int?) -> Bool {
        if name == .first, let issuedAt, issuedAt <= since.seconds { return true }
        return names(within: height).contains(name)
    }
}

/// The file's bytes.
extension RenditionFacts {
    private static let version = 1
    /// Sixteen renditions take a quarter of it.
    private static let limits = JSONLimits(maxBytes: 16384, maxDepth: 4)

    /// Nil for what `serialized` has not written.
    package init?(reading bytes: [UInt8]) {
        // The parser's reason is of no use: the program itself wrote the file.
        guard let json = try? JSONValue.parse(bytes, limits: Self.limits),
            json["version"]?.intValue == Self.version, let duration = json["duration"]?.doubleValue,
            let renditions = Self.renditions(json["renditions"]),
            let retired = Self.renditions(json["retired"]),
            let since = json["since"]?.intValue, since >= 0
        else { return nil }
        self.init(
            duration: duration, renditions: renditions, retired: retired, since: Timestamp(seconds: since))
    }

    package func serialized() -> [UInt8] {
        let json: JSONValue = [
            "version": .integer(Self.version), "duration": .number(duration),
            "since": .integer(since.seconds),
            "renditions": .array(renditions.map { $0.json }), "retired": .array(retired.map { $0.json }),
        ]
        return json.serialized() + [UInt8(ascii: "\n")]
    }

    private static func renditions(_ json: JSONValue?) -> [Rendition]? {
        guard let values = json?.arrayValue else { return nil }
        let renditions = values.compactMap { Rendition($0) }
        return renditions.count == values.count ? renditions : nil
    }
}

extension Rendition {
    fileprivate var json: JSONValue {
        [
            "name": .string("\(name)"), "width": .integer(width), "height": .integer(height),
            "frame_rate": .number(frameRate), "bandwidth": .integer(bandwidth),
            "average_bandwidth": .integer(averageBandwidth), "codecs": .string(codecs), "copy": .bool(isCopy),
        ]
    }

    fileprivate init?(_ json: JSONValue) {
        guard let name = json["name"]?.stringValue.flatMap({ RenditionName($0) }),
            let width = json["width"]?.intValue, let height = json["height"]?.intValue,
            let frameRate = json["frame_rate"]?.doubleValue, let bandwidth = json["bandwidth"]?.intValue,
            let average = json["average_bandwidth"]?.intValue, let codecs = json["codecs"]?.stringValue,
            let isCopy = json["copy"]?.boolValue
        else { return nil }
        self.init(
            name: name, width: width, height: height, frameRate: frameRate, bandwidth: bandwidth,
            averageBandwidth: average, codecs: codecs, isCopy: isCopy)
    }
}
