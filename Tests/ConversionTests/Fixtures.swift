import Database
import Domain
import Testing

/// A job as an upload queues it.
func newJob(_ rel: String, success: String? = nil, error: String? = nil) throws -> NewJob {
    let id = TaskID(random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
    return NewJob(
        id: id, location: try #require(LessonLocation(rel)), filename: try #require(Filename("film.mp4")),
        sourcePath: "uploads/\(rel)/\(id).mp4", bytes: ByteCount(1), successCallbackURL: success,
        errorCallbackURL: error)
}
