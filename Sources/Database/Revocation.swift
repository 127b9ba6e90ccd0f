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
