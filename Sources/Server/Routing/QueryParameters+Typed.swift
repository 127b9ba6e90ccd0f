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
