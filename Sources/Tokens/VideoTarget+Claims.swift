import Domain
import Formats

extension VideoTarget {
    /// The claims that name the target.
    var claims: [(String, JSONValue)] {
        switch self {
        case .lesson(let path): [("type", "lesson"), ("rel", .string("\(path)"))]
        case .course(let course): [("type", "course"), ("course_id", .string(course.value))]
        case .module(let course, let module):
            [
                ("type", "module"), ("course_id", .string(course.value)),
                ("module_id", .string(module.value)),
            ]
        }
    }

    /// Whether `claims` name this target and no other: every claim that the target needs is there and equal.
    package func isNamed(by claims: borrowing Claims) -> Bool {
        switch self {
        case .lesson(let path): claims.matches(.type, "lesson") && claims.matches(.rel, path)
        case .course(let course): claims.matches(.type, "course") && claims.matches(.courseID, course.value)
        case .module(let course, let module):
            claims.matches(.type, "module") && claims.matches(.courseID, course.value)
                && claims.matches(.moduleID, module.value)
        }
    }
}
