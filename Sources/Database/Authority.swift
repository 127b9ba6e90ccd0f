import Domain

/// In whose name something is stored: a token, of which a revocation may take the right away while an upload goes on.
package struct Authority: Equatable, Sendable {
    /// Everything by which the token can be revoked.
    package let subjects: [Revocation.Subject]
    /// When it was issued; a token that does not say is as old as can be.
    package let issuedAt: Timestamp

    package init(subjects: [Revocation.Subject], issuedAt: Timestamp) {
        self.subjects = subjects
        self.issuedAt = issuedAt
    }
}

extension Authority {
    /// Whether a revocation of `subject`, one of its own, that reaches up to `revokedAt` voids it. An id names one token,
    /// whatever its date. Tokens are dated in whole seconds, and the second of the revocation counts.
    package func isVoid(by subject: Revocation.Subject, upTo revokedAt: Timestamp) -> Bool {
        if case .token = subject { return true }
        return issuedAt.seconds <= revokedAt.seconds
    }
}

extension [Revocation] {
    /// Whether any of them voids `authority`: the rule by itself, for engines that have all revocations at hand.
    package func void(_ authority: Authority) -> Bool {
        contains { revocation in
            authority.subjects.contains(revocation.subject)
                && authority.isVoid(by: revocation.subject, upTo: revocation.revokedAt)
        }
    }
}
