import Domain
import Formats

extension QueryParameters {
    /// The parameter, which must be there and not empty. Refuses with `missing_field`.
    func required(_ name: String) throws(Refusal) -> String {
        guard let value = first(name), !value.isEmpty else {
            throw Refusal(.missingField, "\(name) is missing.", field: name)
        }
        return value
    }

    /// The parameter as an id. Refuses with `missing_field` or `invalid_id`.
    func identifier(_ name: String) throws(Refusal) -> Identifier {
        guard let identifier = Identifier(try required(name)) else {
            throw Refusal(
                .invalidID, "\(name) must be 1 to 128 letters, digits, _, - or . (not first).", field: name)
        }
        return identifier
    }

    /// `rel` as a lesson's path. Refuses with `missing_field` or `invalid_rel`.
    func lessonPath() throws(Refusal) -> LessonPath {
        guard let path = LessonPath(try required("rel")) else {
            throw Refusal(
                .invalidRel, "rel must be trainer_id/course_id/module_id/lesson_id, four ids.", field: "rel")
        }
        return path
    }

    /// What `type` and the ids that belong to it name. Refuses with `missing_field`, `invalid_type`, `invalid_rel` or
    /// `invalid_id`.
    func target() throws(Refusal) -> VideoTarget {
        switch try required("type") {
        case "lesson": return .lesson(try lessonPath())
        case "course": return .course(try identifier("course_id"))
        case "module":
            return .module(course: try identifier("course_id"), module: try identifier("module_id"))
        default: throw Refusal(.invalidType, "type must be lesson, course or module.", field: "type")
        }
    }

    /// The parameter as a stored file's name. Refuses with `missing_field` or `invalid_filename`.
    func filename(_ name: String) throws(Refusal) -> Filename {
        guard let filename = Filename(try required(name)) else {
            throw Refusal(.invalidFilename, "\(name) is no name of a stored file.", field: name)
        }
        return filename
    }

    /// `ttl` in seconds, 1 to `max`; `fallback` where it is missing. Refuses with `invalid_ttl`.
    func lifetime(or fallback: Int, max: Int) throws(Refusal) -> Int {
        guard let text = first("ttl") else { return min(fallback, max) }
        // Int() would take "+5"; a length first, so that no number overflows.
        guard text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = Int(text),
            (1...max).contains(value)
        else {
            throw Refusal(
                .invalidTTL, "ttl must be a whole number of seconds from 1 to \(max).", field: "ttl")
        }
        return value
    }
}
