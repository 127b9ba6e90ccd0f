import Database
import Domain

/// A job as an upload queues it.
package func newJob(_ rel: String, success: String? = nil, error: String? = nil) throws -> NewJob {
    guard let location = LessonLocation(rel), let filename = Filename("film.mp4") else {
        throw NoSuchLocation(rel: rel)
    }
    let id = TaskID(random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
    return NewJob(
        id: id, location: location, filename: filename,
        sourcePath: "uploads/\(rel)/\(id).mp4", bytes: ByteCount(1), successCallbackURL: success,
        errorCallbackURL: error)
}

/// A test names a location that is none.
package struct NoSuchLocation: Error {
    let rel: String
}
