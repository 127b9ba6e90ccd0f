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
    /// The parameters, and which part each is.
    private let places: [PathParameters.Place]

    init(_ text: String) {
        self.text = text
        parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { part in
            part.hasPrefix("{") ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
        places = parts.enumerated().compactMap { index, part in
            if case .parameter(let name) = part {
                PathParameters.Place(name: name, index: index)
            } else {
                nil
            }
        }
    }

    var count: Int { parts.count }

    /// The values of the parameters, raw, if `segments` (as many as `count`) match.
    func match(_ segments: [Substring]) -> PathParameters? {
        for (index, part) in parts.enumerated() {
            if case .literal(let text) = part, !Self.isEqual(segments[index], text) { return nil }
        }
        return PathParameters(segments, places)
    }

    /// Byte for byte; to Swift, texts of other bytes can be equal too.
    private static func isEqual(_ segment: Substring, _ text: String) -> Bool {
        let (bytes, expected) = (segment.utf8.span, text.utf8.span)
        guard bytes.count == expected.count else { return false }
        for index in bytes.indices where bytes[index] != expected[index] { return false }
        return true
    }
}
