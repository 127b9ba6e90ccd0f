import Crypto
import Formats

/// What the serving process asks of a media process, once in that one's life: a line of JSON on its standard input.
package enum MediaOrder: Equatable, Sendable {
    /// Whether the file can become a lesson.
    case probe(source: String)
    /// What a conversion would do with the file, and why.
    case plan(source: String, options: ConversionOptions)
    /// A lesson, written into the existing, empty directory.
    case convert(source: String, directory: String, key: ContentKey, options: ConversionOptions)
    /// The other renditions of a lesson that is published.
    case renditions(RenditionsOrder)
    /// Whether the file can be a presentation, and if so what is to be served: `output` and `poster` exist, empty.
    case present(source: String, output: String, poster: String)
    /// The libraries and their encoders.
    case describe

    /// The longest order, in bytes: three paths of PATH_MAX (limits.h), escaped, and keys.
    package static let maxBytes = 128 << 10

    /// Of orders and replies, raised with each change to them: an upgrade brings the new media program while the old
    /// server still runs.
    package static let version = 2
}

extension MediaOrder {
    package var json: JSONValue {
        let members: [(String, JSONValue)] =
            switch self {
            case .probe(let source): [("order", "probe"), ("source", .string(source))]
            case .plan(let source, let options):
                [("order", "plan"), ("source", .string(source)), ("options", options.json)]
            case .convert(let source, let directory, let key, let options):
                [
                    ("order", "convert"), ("source", .string(source)), ("directory", .string(directory)),
                    ("key", key.json), ("options", options.json),
                ]
            case .renditions(let order): [("order", "renditions")] + order.members
            case .present(let source, let output, let poster):
                [
                    ("order", "present"), ("source", .string(source)), ("output", .string(output)),
                    ("poster", .string(poster)),
                ]
            case .describe: [("order", "describe")]
            }
        return .object([("version", .integer(Self.version))] + members)
    }

    /// Whether the line is an order that this version understands.
    package static func isOfThisVersion(_ json: JSONValue) -> Bool { json["version"]?.intValue == version }

    /// Nil for what is no order.
    package init?(_ json: JSONValue) {
        let source = json["source"]?.stringValue
        switch (json["order"]?.stringValue, source) {
        case ("describe", _): self = .describe
        case ("renditions", _):
            guard let order = RenditionsOrder(json) else { return nil }
            self = .renditions(order)
        case ("probe", let source?): self = .probe(source: source)
        case ("plan", let source?):
            guard let options = json["options"].flatMap(ConversionOptions.init) else { return nil }
            self = .plan(source: source, options: options)
        case ("convert", let source?): self.init(convert: source, json)
        case ("present", let source?):
            guard let output = json["output"]?.stringValue, let poster = json["poster"]?.stringValue else {
                return nil
            }
            self = .present(source: source, output: output, poster: poster)
        default: return nil
        }
    }

    private init?(convert source: String, _ json: JSONValue) {
        guard let directory = json["directory"]?.stringValue, let key = json["key"].flatMap(ContentKey.init),
            let options = json["options"].flatMap(ConversionOptions.init)
        else { return nil }
        self = .convert(source: source, directory: directory, key: key, options: options)
    }
}
