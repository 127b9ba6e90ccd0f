import Formats
import System

/// Why a key set file was not taken, for the log.
enum KeySetError: Error, CustomStringConvertible {
    case file(SystemError)
    case notAFile
    case tooLarge
    case notJSON(JSONError)
    case noKeysMember
    case tooManyKeys(Int)
    case noUsableKey(of: Int)

    var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .notAFile: "it is no regular file"
        case .tooLarge: "it is larger than \(KeySet.maxBytes) bytes"
        case .notJSON(let error): "it is no JSON: \(error)"
        case .noKeysMember: "it has no array named keys"
        case .tooManyKeys(let count): "it holds \(count) keys, more than \(KeySet.maxKeys)"
        case .noUsableKey(let count): "none of its \(count) keys verifies RS256 or ES256 signatures"
        }
    }
}
