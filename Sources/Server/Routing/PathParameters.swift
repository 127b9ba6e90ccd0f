import Domain
import Formats

/// The parts of a request's path that its route leaves open, parsed on demand into what they must be.
struct PathParameters: Sendable {
    struct Value: Sendable {
        let name: String
        let raw: Substring
    }

    private let values: [Value]

    init(_ values: [Value]) {
        self.values = values
    }

    /// The parameter as an id. Refuses with `invalid_id` what is none, decoded or not: `..`, `%2f`, nothing at all.
    func identifier(_ name: String) throws(Refusal) -> Identifier {
        guard let identifier = Identifier(substring: raw(name)) else {
            throw Refusal(
                .invalidID, "\(name) must be 1 to 128 letters, digits, _, - or . (not first).", field: name)
        }
        return identifier
    }

    /// The parameter as a stored file's name, percent-decoded. Refuses with `invalid_filename`.
    func filename(_ name: String) throws(Refusal) -> Filename {
        guard let decoded = PercentEncoding.decode(raw(name)), let filename = Filename(decoded) else {
            throw Refusal(.invalidFilename, "\(name) is no name of a stored file.", field: name)
        }
        return filename
    }

    /// `trainer_id`, `course_id`, `module_id` and `lesson_id` together.
    func lessonPath() throws(Refusal) -> LessonPath {
        LessonPath(
            trainer: try identifier("trainer_id"), course: try identifier("course_id"),
            module: try identifier("module_id"), lesson: try identifier("lesson_id"))
    }

    /// `user_id` and `video_id` together: a place in the flat layout.
    func flatLocation() throws(Refusal) -> LessonLocation {
        .flat(user: try identifier("user_id"), video: try identifier("video_id"))
    }

    /// Whether the route has such a part at all.
    func has(_ name: String) -> Bool {
        values.contains { $0.name == name }
    }

    /// What stood in the path, undecoded; empty where the route has no such part.
    func raw(_ name: String) -> Substring {
        values.first { $0.name == name }?.raw ?? ""
    }
}
