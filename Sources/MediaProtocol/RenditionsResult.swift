import Domain
import Formats

/// What became of a lesson's other renditions, answering `renditions`.
package struct RenditionsResult: Equatable, Sendable {
    /// Those that the lesson has from now on, the largest first: what was made and kept, and the first rendition where it
    /// stays.
    package let renditions: [Rendition]
    /// The first rendition is left out of the playlist from now on: a copy of too high a rate, or one that is as large as
    /// the next better one.
    package let firstGivesWay: Bool
    /// Seconds: the sum of the playlist's `EXTINF`.
    package let duration: Double
    /// What was made, kept and dropped, and why; one line each.
    package let plan: String

    package init(renditions: [Rendition], firstGivesWay: Bool, duration: Double, plan: String) {
        self.renditions = renditions
        self.firstGivesWay = firstGivesWay
        self.duration = duration
        self.plan = plan
    }

    package var json: JSONValue {
        [
            "renditions": .array(renditions.map(\.json)), "first_gives_way": .bool(firstGivesWay),
            "duration": .number(duration), "plan": .string(plan),
        ]
    }

    /// Nil where something is missing, or cannot be: a rendition that is named twice, or none at all.
    package init?(_ json: JSONValue) {
        guard case .array(let values)? = json["renditions"],
            case .bool(let firstGivesWay)? = json["first_gives_way"],
            let duration = json["duration"]?.doubleValue, MediaReply.durations.contains(duration),
            let plan = json["plan"]?.stringValue
        else { return nil }
        let renditions = values.compactMap { Rendition($0) }
        let names = Set(renditions.map(\.name))
        guard renditions.count == values.count, names.count == values.count, !names.isEmpty,
            names.contains(.first) != firstGivesWay
        else { return nil }
        self.init(renditions: renditions, firstGivesWay: firstGivesWay, duration: duration, plan: plan)
    }
}
