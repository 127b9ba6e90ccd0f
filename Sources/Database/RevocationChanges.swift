/// A piece of the list of revocations, and the number from which to ask on. A number is never given twice.
package struct RevocationChanges: Equatable, Sendable {
    package let revocations: [Revocation]
    package let sequence: Int64

    package init(revocations: [Revocation], sequence: Int64) {
        self.revocations = revocations
        self.sequence = sequence
    }
}
