import Database
import Domain
import Formats

extension LessonLocation {
    /// The address of the lesson's playlist, without the public URL.
    var hlsPath: String { "/\(urlRoot)/\(self)/\(PlaybackFile.mainPlaylist)" }

    /// The address of its poster, likewise.
    var posterPath: String { "/\(urlRoot)/\(self)/\(PlaybackFile.posterName)" }
}

extension Job {
    /// A task as clients see it, with its newest callback and what there is of renditions.
    func json(_ callback: Callback?, _ renditions: [(String, JSONValue)], isFrench: Bool) -> JSONValue {
        .object(members(callback, isFrench) + renditions)
    }

    private func members(_ callback: Callback?, _ isFrench: Bool) -> [(String, JSONValue)] {
        [
            ("task_id", .string(id.value)), ("status", .string(status.rawValue)),
            ("progress", .number(progress)), ("lesson_id", .string(location.videoID.value)),
            ("rel", .string(location.description)), ("hls_path", .string(location.hlsPath)),
            ("filename", .string(filename.value)), ("duration", duration.map { .number($0) } ?? .null),
            ("created_at", .string(createdAt.iso8601)), ("updated_at", .string(updatedAt.iso8601)),
            ("attempts", .integer(attempts)), ("error", error(isFrench)),
            ("callback", callback?.json ?? .null),
        ]
    }

    private func error(_ isFrench: Bool) -> JSONValue {
        guard let errorCode else { return .null }
        let message = errorMessage ?? ""
        return [
            "code": .string(errorCode), "message": .string(isFrench ? French.text(of: message) : message),
        ]
    }
}

extension Callback {
    /// How the delivery stands. The receiver's address is left out: a browser may read this, with an upload token.
    fileprivate var json: JSONValue {
        [
            "status": .string(status.rawValue), "attempts": .integer(attempts),
            "last_status": lastStatus.map { .integer($0) } ?? .null,
            "last_error": lastError.map { .string($0) } ?? .null,
            "next_attempt": status == .pending ? .string(nextAttempt.iso8601) : .null,
        ]
    }
}
