import Database
import Domain
import Formats

extension LessonLocation {
    /// The address of the lesson's playlist, without the public URL.
    var hlsPath: String { "/\(urlRoot)/\(self)/\(PlaybackFile.mainPlaylist)" }
}

extension Job {
    /// A task as clients see it.
    var json: JSONValue {
        [
            "task_id": .string(id.value), "status": .string(status.rawValue), "progress": .number(progress),
            "lesson_id": .string(location.videoID.value), "rel": .string(location.description),
            "hls_path": .string(location.hlsPath), "filename": .string(filename.value),
            "duration": duration.map { .number($0) } ?? .null,
            "created_at": .string(createdAt.iso8601), "updated_at": .string(updatedAt.iso8601),
            "attempts": .integer(attempts), "error": error,
        ]
    }

    private var error: JSONValue {
        guard let errorCode else { return .null }
        return ["code": .string(errorCode), "message": .string(errorMessage ?? "")]
    }
}
