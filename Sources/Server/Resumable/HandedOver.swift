import Domain
import Formats

/// What became of a whole upload: the task that converts a lesson, or where a presentation is.
enum HandedOver: Equatable, Sendable {
    case task(TaskID)
    /// Relative to the data directory.
    case presentation(String)

    var json: JSONValue {
        switch self {
        case .task(let id): ["task": .string(id.value)]
        case .presentation(let path): ["path": .string(path)]
        }
    }

    /// Nil where `bytes` are not what `json` makes.
    init?(parsing bytes: [UInt8]) {
        let json: JSONValue
        do { json = try JSONValue.parse(bytes) } catch { return nil }
        if let id = json["task"]?.stringValue.flatMap({ TaskID($0) }) {
            self = .task(id)
        } else if let path = json["path"]?.stringValue {
            self = .presentation(path)
        } else {
            return nil
        }
    }

    /// How a client learns of it.
    func headers(publicURL: String) -> [(name: String, value: String)] {
        switch self {
        case .task(let id):
            [("Focust-Task-Id", id.value), ("Focust-Status-Url", "\(publicURL)/api/tasks/\(id)")]
        case .presentation(let path): [("Focust-File-Url", "\(publicURL)/\(path)")]
        }
    }
}
