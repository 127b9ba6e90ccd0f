import Database
import Domain

extension Revocation.Subject {
    /// For the columns `kind` and `target`.
    var columns: (kind: String, target: String) {
        switch self {
        case .token(let id): ("jti", id)
        case .user(let id): ("user", id)
        case .location(let path): ("rel", path)
        case .other(let name): ("other", name)
        }
    }

    /// Nil for a kind that this program does not know.
    init?(kind: String, target: String) {
        switch kind {
        case "jti": self = .token(target)
        case "user": self = .user(target)
        case "rel": self = .location(target)
        case "other": self = .other(target)
        default: return nil
        }
    }
}
