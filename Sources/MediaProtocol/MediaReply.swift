import Domain
import Formats

/// What a media process answers, a line of JSON each, in any number; `finished` or `failed` is the last.
package enum MediaReply: Equatable, Sendable {
    /// The plan is made: what is to be converted takes this many seconds to watch.
    case planned(duration: Double)
    /// Which renditions are going to be made.
    case renditions([PlannedRendition])
    /// The share that is done, 0 to 1.
    case progress(Double)
    /// Of one rendition, the share that is done; 1 once it is on the disk.
    case renditionProgress(RenditionName, Double)
    /// A warning or error of libav's.
    case log(String)
    /// Done; the members depend on the order.
    case finished(JSONValue)
    case failed(MediaError)

    /// The longest reply, in bytes; the longest there is names each stream of a plan, and why.
    package static let maxBytes = 64 << 10

    /// Seconds that a film may last as far as this side believes it; the limit of the converter itself is below.
    static let durations = 0.0...360_000
}

extension MediaReply {
    package var json: JSONValue {
        switch self {
        case .planned(let duration): ["planned": .number(duration)]
        case .renditions(let planned): ["renditions": .array(planned.map(\.json))]
        case .progress(let share): ["progress": .number(share)]
        case .renditionProgress(let name, let share):
            ["rendition_progress": ["name": .string("\(name)"), "share": .number(share)]]
        case .log(let line): ["log": .string(line)]
        case .finished(let result): ["finished": result]
        case .failed(let error): ["failed": error.json]
        }
    }

    /// Nil for what is no reply.
    package init?(_ json: JSONValue) {
        guard case .object(let members) = json, members.count == 1, let member = members.first else {
            return nil
        }
        switch member.key {
        case "planned":
            guard let duration = member.value.doubleValue, Self.durations.contains(duration) else {
                return nil
            }
            self = .planned(duration: duration)
        case "progress":
            guard let share = member.value.doubleValue, (0...1).contains(share) else { return nil }
            self = .progress(share)
        case "renditions": self.init(renditions: member.value)
        case "rendition_progress":
            guard let name = (member.value["name"]?.stringValue).flatMap({ RenditionName($0) }),
                let share = member.value["share"]?.doubleValue, (0...1).contains(share)
            else { return nil }
            self = .renditionProgress(name, share)
        case "log":
            guard let line = member.value.stringValue else { return nil }
            self = .log(line)
        case "finished": self = .finished(member.value)
        case "failed":
            guard let error = MediaError(member.value) else { return nil }
            self = .failed(error)
        default: return nil
        }
    }

    private init?(renditions json: JSONValue) {
        guard case .array(let values) = json else { return nil }
        let planned = values.compactMap { PlannedRendition($0) }
        guard planned.count == values.count, Set(planned.map(\.name)).count == planned.count else {
            return nil
        }
        self = .renditions(planned)
    }
}
