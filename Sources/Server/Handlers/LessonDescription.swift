import Database
import Domain
import Files
import Formats

/// What there is of a lesson, as clients see it.
struct LessonDescription: Sendable {
    let services: Services
    let lessons: LessonStatus

    /// What a published lesson amounts to.
    private struct Published {
        let files: LessonFacts
        let duration: Double?
        let hasPoster: Bool
    }

    /// Nil where there is neither a lesson nor a task of it.
    func json(of lesson: LessonPath) throws(Refusal) -> JSONValue? {
        let location = LessonLocation.lesson(lesson)
        let status = try lessons.status(of: location)
        let job = try lessons.latestJob(location)
        guard status != .missing || job != nil else { return nil }
        let published = try published(location)
        let renditions = try RenditionListing(services: services).members(of: location, job)
        return .object(
            members(of: lesson, status, job) + [("filename", try filename(of: lesson, job))]
                + members(of: published, job) + renditions
                + [("poster_path", published?.hasPoster == true ? .string(location.posterPath) : .null)])
    }

    private func members(
        of lesson: LessonPath, _ status: LessonStatus.Status, _ job: Job?
    ) -> [(String, JSONValue)] {
        [
            ("rel", .string("\(lesson)")), ("status", .string(status.rawValue)),
            ("hls_path", .string(LessonLocation.lesson(lesson).hlsPath)),
            ("task_id", job.map { .string($0.id.value) } ?? .null),
            ("created_at", job.map { .string($0.createdAt.iso8601) } ?? .null),
            ("codecs", job?.codecs.map { .string($0) } ?? .null),
            ("width", job?.size.map { .integer($0.width) } ?? .null),
            ("height", job?.size.map { .integer($0.height) } ?? .null),
        ]
    }

    /// As the newest upload was called; of a lesson that came by an import there is the original alone.
    private func filename(of lesson: LessonPath, _ job: Job?) throws(Refusal) -> JSONValue {
        if let job { return .string(job.filename.value) }
        let name = try Refusal.rethrow { () throws(FileError) in try services.files.originalName(of: lesson) }
        return name.map { .string($0.value) } ?? .null
    }

    private func members(of published: Published?, _ job: Job?) -> [(String, JSONValue)] {
        [
            ("duration", (published?.duration ?? job?.duration).map { .number($0) } ?? .null),
            ("size", published.map { .integer($0.files.bytes.bytes) } ?? .null),
            ("segments", published.map { .integer($0.files.segments) } ?? .null),
            ("published_at", published?.files.publishedAt.map { .string($0.iso8601) } ?? .null),
        ]
    }

    private func published(_ location: LessonLocation) throws(Refusal) -> Published? {
        do throws(FileError) {
            guard let directory = try services.files.openLesson(at: location) else { return nil }
            let playlist = try directory.read(PlaybackFile.mainPlaylist)
            let facts = try directory.read(LessonFile.facts).flatMap { RenditionFacts(reading: $0) }
            let duration = playlist.flatMap { PlaylistFacts(reading: $0) }?.duration
            return Published(
                files: try directory.facts(), duration: facts?.duration ?? duration.map { $0 / .seconds(1) },
                hasPoster: directory.has(PlaybackFile.posterName))
        } catch {
            throw Refusal(error)
        }
    }
}
