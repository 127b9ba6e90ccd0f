import Database
import Domain
import Files
import Formats
import Logging
import System
import Tokens

/// `GET` and `DELETE /api/lessons/<rel>`.
struct Lessons: Sendable {
    let services: Services
    let description: LessonDescription
    let revocation: RevocationService

    /// What there is of a lesson.
    func show(_ context: RequestContext, _ caller: ServiceCaller) throws(Refusal) -> HTTPResponse {
        let lesson = try context.path.lessonOfIDs()
        guard let json = try description.json(of: lesson) else {
            throw Refusal(.notFound, "There is no such lesson.")
        }
        return .json(200, json)
    }

    /// Erases a lesson: HLS, key, original, uploads and queued work, and voids its tokens. That there is none is fine:
    /// a client that lost the answer asks again.
    func delete(_ context: RequestContext, _ caller: ServiceCaller) throws(Refusal) -> HTTPResponse {
        let lesson = try context.path.lessonOfIDs()
        let location = LessonLocation.lesson(lesson)
        // First of all nobody may come in any more.
        try revocation.revoke(.location("\(lesson)"))
        do {
            try ResumableSweep(services: services).remove(.lesson(lesson))
            let jobs = try services.database.jobs.cancelAll(location, now: services.clock.now()) {
                try services.files.removeLesson(at: location)
            }
            for job in jobs { try services.files.removeUpload(job.sourcePath) }
        } catch let error as FileError {
            throw Refusal(error)
        } catch let error as DatabaseError {
            throw Refusal(error)
        } catch {
            throw Refusal(.internal, "The lesson could not be deleted.")
        }
        services.log.notice("lesson_deleted", metadata: ["rel": "\(lesson)", "caller": "\(caller.name)"])
        return .json(200, ["message": "The lesson was deleted.", "rel": .string("\(lesson)")])
    }
}
