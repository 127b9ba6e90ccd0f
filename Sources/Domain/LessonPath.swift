/// A lesson's full name, `rel` on the wire: `trainer_id/course_id/module_id/lesson_id`, exactly four ids.
package struct LessonPath: Hashable, Sendable, CustomStringConvertible {
    package let trainer: Identifier
    package let course: Identifier
    package let module: Identifier
    package let lesson: Identifier

    package init(trainer: Identifier, course: Identifier, module: Identifier, lesson: Identifier) {
        self.trainer = trainer
        self.course = course
        self.module = module
        self.lesson = lesson
    }

    /// Nil unless `rel` is four ids joined by single slashes.
    package init?(_ rel: some StringProtocol) {
        let ids = rel.split(separator: "/", omittingEmptySubsequences: false).map { Identifier($0) }
        guard ids.count == 4, let trainer = ids[0], let course = ids[1], let module = ids[2],
            let lesson = ids[3]
        else { return nil }
        self.init(trainer: trainer, course: course, module: module, lesson: lesson)
    }

    /// The `rel` form, without slashes at its ends.
    package var description: String { "\(trainer.value)/\(course.value)/\(module.value)/\(lesson.value)" }
}
