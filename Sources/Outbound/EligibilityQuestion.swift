import Domain
import Formats

/// May this user play, or download, this video? Asked before a token is issued.
package struct EligibilityQuestion: Equatable, Sendable {
    /// What the token would allow; the raw values are those of the wire.
    package enum Action: String, Sendable {
        case play, download
    }

    let user: UserID
    let action: Action
    /// Nil in the flat layout, where a file name is all there is.
    let target: VideoTarget?
    let filename: Filename?

    package static func play(user: UserID, lesson: LessonPath) -> EligibilityQuestion {
        EligibilityQuestion(user: user, action: .play, target: .lesson(lesson), filename: nil)
    }

    package static func download(
        user: UserID, target: VideoTarget, filename: Filename
    ) -> EligibilityQuestion {
        EligibilityQuestion(user: user, action: .download, target: target, filename: filename)
    }

    /// A question of the older interface: a user's file, by its name.
    package static func flat(user: Identifier, action: Action, filename: Filename) -> EligibilityQuestion {
        EligibilityQuestion(user: UserID(user), action: action, target: nil, filename: filename)
    }

    /// The request's body; members that do not apply are left out.
    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("user_id", .string(user.value)), ("action", .string(action.rawValue)),
        ]
        if let target { members += Self.members(of: target) }
        if let filename { members.append(("filename", .string(filename.value))) }
        return .object(members)
    }

    private static func members(of target: VideoTarget) -> [(String, JSONValue)] {
        switch target {
        case .lesson(let path): [("type", "lesson"), ("rel", .string(path.description))]
        case .course(let course): [("type", "course"), ("course_id", .string(course.value))]
        case .module(let course, let module):
            [
                ("type", "module"), ("course_id", .string(course.value)),
                ("module_id", .string(module.value)),
            ]
        }
    }
}
