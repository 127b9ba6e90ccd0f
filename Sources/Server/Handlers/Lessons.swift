import Database
import Domain
import Files
import Formats
import Logging
import Runtime
import Tokens

/// `GET` and `DELETE /api/lessons/<rel>`.
struct Lessons: Sendable {
    let services: Services
    let lessons: LessonStatus
    let revocation: RevocationService

    /// What there is of a lesson.
    func show(_ context: RequestContext, _ caller: ServiceCaller) throws(Refusal) -> HTTPResponse {
        let lesson = try context.path.lessonPath()
        let location = LessonLocation.lesson(lesson)
        let status = try lessons.status(of: location)
        let job = try lessons.latestJob(location)
        guard status != .missing || job != nil else { throw Refusal(.notFound, "There is no such lesson.") }
        let facts = try facts(location)
        return .json(
            200,
            [
                "rel": .string("\(lesson)"), "status": .string(status.rawValue),
                "duration": (facts?.duration ?? job?.duration).map { .number($0) } ?? .null,
                "size": facts.map { .integer($0.files.bytes.bytes) } ?? .null,
                "segments": facts.map { .integer($0.files.segments) } ?? .null,
                "codecs": job?.codecs.map { .string($0) } ?? .null,
                "filename": job.map { .string($0.filename.value) } ?? .null,
                "hls_path": .string(location.hlsPath), "task_id": job.map { .string($0.id.value) } ?? .null,
            ])
    }

    /// Erases a lesson: HLS, key, original, uploads and queued work, and voids its tokens. That there is none is fine:
    /// a client that lost the answer asks again.
    func delete(_ context: RequestContext, _ caller: ServiceCaller) throws(Refusal) -> HTTPResponse {
        let lesson = try context.path.lessonPath()
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

    private func facts(_ location: LessonLocation) throws(Refusal) -> (files: LessonFacts, duration: Double?)?
    {
        do throws(FileError) {
            guard let directory = try services.files.openLesson(at: location) else { return nil }
            let playlist = try directory.read(PlaybackFile.mainPlaylist)
            let duration = playlist.flatMap { PlaylistFacts(reading: $0) }?.duration
            return (try directory.facts(), duration.map { $0 / .seconds(1) })
        } catch {
            throw Refusal(error)
        }
    }
}
