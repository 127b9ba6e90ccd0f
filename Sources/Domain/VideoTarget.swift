/// What an upload or a download is about: a lesson, or the presentation of a course or of a module.
package enum VideoTarget: Hashable, Sendable {
    case lesson(LessonPath)
    case course(Identifier)
    case module(course: Identifier, module: Identifier)
}
