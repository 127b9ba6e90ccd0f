import Domain

/// One withdrawal of trust: tokens about `subject` issued up to `revokedAt` are refused.
package struct Revocation: Hashable, Sendable {
    /// Which tokens are meant.
    package enum Subject: Hashable, Sendable {
        /// The one with this `jti`.
        case token(String)
        /// All of this user's.
        case user(String)
        /// All for this lesson or flat video, as its relative path.
        case location(String)
        /// All for something else, by a name that the caller makes and understands.
        case other(String)
    }

    package let subject: Subject
    package let revokedAt: Timestamp
    /// When no token that it could match can still be alive; it may be forgotten then.
    package let expiresAt: Timestamp

    package init(subject: Subject, revokedAt: Timestamp, expiresAt: Timestamp) {
        self.subject = subject
        self.revokedAt = revokedAt
        self.expiresAt = expiresAt
    }
}

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
