import Formats

/// A route's path, such as `/hls2/{trainer_id}/{course_id}/{module_id}/{lesson_id}/{file}`.
struct PathPattern: Sendable {
    private enum Part: Sendable {
        case literal(String)
        case parameter(String)
    }

    /// As it is written in the table: also the route's name in logs and metrics.
    let text: String
    private let parts: [Part]

    init(_ text: String) {
        self.text = text
        parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { part in
            part.hasPrefix("{") ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    var count: Int { parts.count }

    /// The values of the parameters, raw, if `segments` (as many as `count`) match.
    func match(_ segments: [Substring]) -> PathParameters? {
        for (part, segment) in zip(parts, segments) {
            if case .literal(let text) = part, segment != text { return nil }
        }
        var values: [PathParameters.Value] = []
        values.reserveCapacity(count)
        for (part, segment) in zip(parts, segments) {
            if case .parameter(let name) = part {
                values.append(PathParameters.Value(name: name, raw: segment))
            }
        }
        return PathParameters(values)
    }
}
