import Database
import Domain
import Files
import Formats

/// What there is of a lesson: on disk first, and only where nothing is there, in the job table.
struct LessonStatus: Sendable {
    /// What a page needs to know to show its player, its skeleton or its regret.
    enum Status: String {
        case ready, processing, failed, missing
    }

    /// Seconds until a client may ask again for a lesson that is being converted.
    private static let retryAfter = 5

    let services: Services

    func status(of location: LessonLocation) throws(Refusal) -> Status {
        if services.files.hasLesson(at: location) { return .ready }
        switch try latestJob(location)?.status {
        case .queued, .processing: return .processing
        case .failed: return .failed
        case .completed, .superseded, nil: return .missing
        }
    }

    /// The pictures of a published lesson, and the version they belong to.
    struct Images {
        let version: String
        /// The name of its file; nil where there is none.
        let poster: String?
        /// The file's name of the storyboard's index; nil where there is none.
        let storyboard: String?
    }

    /// Nil where nothing is published.
    func images(of location: LessonLocation) throws(Refusal) -> Images? {
        do throws(FileError) {
            guard let directory = try services.files.openLesson(at: location) else { return nil }
            return Images(
                version: directory.version,
                poster: directory.has(PlaybackFile.posterName) ? PlaybackFile.posterName : nil,
                storyboard: directory.has(PlaybackFile.storyboardName) ? PlaybackFile.storyboardName : nil)
        } catch {
            throw Refusal(error)
        }
    }

    /// Why a lesson that is not on disk cannot be played.
    func refusalOfMissing(_ location: LessonLocation) -> Refusal {
        let job: Job?
        do { job = try latestJob(location) } catch { return error }
        guard let job else { return Refusal(.notFound, "There is no such video.") }
        var refusal: Refusal
        switch job.status {
        case .queued, .processing:
            refusal = Refusal(
                .conversionInProgress, "The video is being converted.", retryAfter: Self.retryAfter)
            refusal.task = .init(id: job.id.value, status: job.status.rawValue, progress: job.progress)
        case .failed:
            refusal = Refusal(.conversionFailed, "The video could not be converted.")
            refusal.task = .init(id: job.id.value)
        case .completed, .superseded:
            refusal = Refusal(.notFound, "There is no such video.")
        }
        return refusal
    }

    /// The newest task of the lesson, whatever became of it; nil where there is none.
    func latestJob(_ location: LessonLocation) throws(Refusal) -> Job? {
        try Refusal.rethrow { () throws(DatabaseError) in try services.database.jobs.latest(location) }
    }
}
