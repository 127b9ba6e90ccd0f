import Database
import Domain
import Logging
import Runtime
import Synchronization
import Tokens

/// Keeps the revocations in memory up with the database, where other processes may have put some: once at start,
/// before anything is served, and then whenever the database has changed.
package final class RevocationFollower: Sendable {
    private let services: Services
    private let watch: any ChangeWatch
    /// The number of the last one that was read.
    private let sequence = Mutex<Int64>(0)

    /// Loads all that are still of use.
    package init(_ services: Services) throws(DatabaseError) {
        self.services = services
        self.watch = try services.database.makeChangeWatch()
        try follow()
    }

    /// Takes in what is new, if anything is, and drops what is over. Call it about once a second.
    package func look() {
        do throws(DatabaseError) {
            if try watch.hasChanged() { try follow() }
        } catch {
            services.log.error("revocations_not_read", metadata: ["cause": "\(error)"])
        }
    }

    /// Forgets those that no living token can match any more, here and in the database. Call it now and then.
    package func prune() {
        let now = services.clock.now().seconds
        let life = RevocationService.longestLife(services.settings)
        services.revocations.prune { _, until in until + life < now }
        do throws(DatabaseError) {
            _ = try services.database.revocations.prune(now: services.clock.now())
        } catch {
            services.log.error("revocations_not_pruned", metadata: ["cause": "\(error)"])
        }
    }

    private func follow() throws(DatabaseError) {
        let changes = try services.database.revocations.changes(since: sequence.withLock { $0 })
        for revocation in changes.revocations {
            guard let subject = RevocationList.Subject(revocation.subject) else { continue }
            services.revocations.insert(
                subject, revokedAt: revocation.revokedAt.seconds,
                longestLife: RevocationService.longestLife(services.settings))
        }
        sequence.withLock { $0 = changes.sequence }
    }
}
