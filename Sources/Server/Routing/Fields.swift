import Domain
import Formats

/// Named texts of a request: parts of its path, query parameters, fields of a form, metadata of a resumable upload. What they
/// must be is the same everywhere, and so is what they are refused with.
protocol Fields: ~Copyable {
    /// The text of a field; nil where it is missing or empty.
    borrowing func text(_ name: String) throws(Refusal) -> String?

    /// The field as an id. Refuses with `missing_field` or `invalid_id`.
    borrowing func identifier(_ name: String) throws(Refusal) -> Identifier
}

extension Fields where Self: ~Copyable {
    /// The text of a field that must be there and not empty. Refuses with `missing_field`.
    borrowing func required(_ name: String) throws(Refusal) -> String {
        guard let text = try text(name) else {
            throw Refusal(.missingField, "\(name) is missing.", field: name)
        }
        return text
    }

    borrowing func identifier(_ name: String) throws(Refusal) -> Identifier {
        guard let identifier = Identifier(try required(name)) else { throw Refusal.invalidID(name) }
        return identifier
    }

    /// The field as an id; nil where it is missing or empty. Refuses with `invalid_id`.
    borrowing func optionalIdentifier(_ name: String) throws(Refusal) -> Identifier? {
        guard try text(name) != nil else { return nil }
        return try identifier(name)
    }

    /// `trainer_id`, `course_id`, `module_id` and `lesson_id` together. Refuses with `missing_field` or `invalid_id`.
    borrowing func lessonOfIDs() throws(Refusal) -> LessonPath {
        LessonPath(
            trainer: try identifier("trainer_id"), course: try identifier("course_id"),
            module: try identifier("module_id"), lesson: try identifier("lesson_id"))
    }

    /// What `type` and the ids that belong to it name, a lesson as `lesson` reads it. Refuses with `missing_field`,
    /// `invalid_type` or `invalid_id`.
    borrowing func target(
        _ type: String, lesson: () throws(Refusal) -> LessonPath
    ) throws(Refusal) -> VideoTarget {
        switch type {
        case "lesson": return .lesson(try lesson())
        case "course": return .course(try identifier("course_id"))
        case "module":
            return .module(course: try identifier("course_id"), module: try identifier("module_id"))
        default: throw Refusal(.invalidType, "type must be lesson, course or module.", field: "type")
        }
    }
}

extension Refusal {
    static func invalidID(_ name: String) -> Refusal {
        Refusal(.invalidID, "\(name) must be 1 to 128 letters, digits, _, - or . (not first).", field: name)
    }

    /// Of a name that no stored file can have.
    static func invalidFilename(_ name: String) -> Refusal {
        Refusal(.invalidFilename, "\(name) is no name of a stored file.", field: name)
    }
}
