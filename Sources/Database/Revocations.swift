import Domain

/// The durable list of revocations. Every process follows it into a set of its own in memory, so that a
/// playback request never asks the database: `changes(since: 0)` at the start, then whenever a
/// `ChangeWatch` says so.
package protocol Revocations: Sendable {
    /// Stores a revocation. One of the same subject is kept at the later of both times, never weakened.
    func add(_ revocation: Revocation) throws(DatabaseError)

    /// All revocations stored after the change numbered `sequence` (0 for all), in order. What has been
    /// pruned does not show: a follower drops an entry itself when its `expiresAt` has passed.
    func changes(since sequence: Int64) throws(DatabaseError) -> RevocationChanges

    /// Whether a revocation that is stored by now voids `authority`. For the moments at which something is published;
    /// what is merely read is judged by the set in memory.
    func void(_ authority: Authority) throws(DatabaseError) -> Bool

    /// Forgets what can match no living token any more. Returns how many.
    func prune(now: Timestamp) throws(DatabaseError) -> Int
}

/// A piece of the list of revocations, and the number from which to ask on. A number is never given twice.
package struct RevocationChanges: Equatable, Sendable {
    package let revocations: [Revocation]
    package let sequence: Int64

    package init(revocations: [Revocation], sequence: Int64) {
        self.revocations = revocations
        self.sequence = sequence
    }
}
