import Domain
import Formats

/// The parts of a request's path that its route leaves open, parsed on demand into what they must be.
struct PathParameters: Fields, Sendable {
    /// Which of the path's segments a parameter is.
    struct Place: Sendable {
        let name: String
        let index: Int
    }

    private let segments: [Substring]
    private let places: [Place]

    /// `segments` of the path, some of which are parameters.
    init(_ segments: [Substring], _ places: [Place]) {
        self.segments = segments
        self.places = places
    }

    /// The parameter as an id. Refuses with `invalid_id` what is none, decoded or not: `..`, `%2f`, nothing at all.
    func identifier(_ name: String) throws(Refusal) -> Identifier {
        guard let identifier = Identifier(substring: raw(name)) else { throw Refusal.invalidID(name) }
        return identifier
    }

    /// The parameter as a stored file's name, percent-decoded. Refuses with `invalid_filename`.
    func filename(_ name: String) throws(Refusal) -> Filename {
        guard let decoded = PercentEncoding.decode(raw(name)), let filename = Filename(decoded) else {
            throw Refusal.invalidFilename(name)
        }
        return filename
    }

    /// `user_id` and `video_id` together: a place in the flat layout.
    func flatLocation() throws(Refusal) -> LessonLocation {
        .flat(user: try identifier("user_id"), video: try identifier("video_id"))
    }

    /// Whether the route has such a part at all.
    func has(_ name: String) -> Bool {
        places.contains { $0.name == name }
    }

    /// What stood in the path, undecoded.
    func text(_ name: String) -> String? {
        let text = raw(name)
        return text.isEmpty ? nil : String(text)
    }

    /// What stood in the path, undecoded; empty where the route has no such part.
    func raw(_ name: String) -> Substring {
        places.first { $0.name == name }.map { segments[$0.index] } ?? ""
    }
}
