import Database
import Domain
import Logging
import Synchronization
import System
import Tokens

/// Keeps the revocations in memory up with the database, where other processes may have put some: once at start,
/// before anything is served, and then whenever the database has changed.
package final class RevocationFollower: Sendable {
    private let database: any Database
    private let revocations: RevocationList
    /// Seconds after which no token that was alive at a revocation can be alive.
    private let longestLife: Int
    private let clock: SystemClock
    private let clockWatch: ClockWatch
    private let log: Logger
    private let watch: any ChangeWatch
    /// The number of the last one that was read.
    private let sequence = Mutex<Int64>(0)
    /// Whether there may be something that was not read: a change is told once, and reading it may fail.
    private let isBehind = Atomic(false)

    /// Loads all that are still of use.
    package convenience init(_ services: Services, _ clockWatch: ClockWatch) throws(DatabaseError) {
        try self.init(
            services.database, services.revocations,
            longestLife: RevocationService.longestLife(services.settings), services.clock, clockWatch,
            services.log)
    }

    init(
        _ database: any Database, _ revocations: RevocationList, longestLife: Int, _ clock: SystemClock,
        _ clockWatch: ClockWatch, _ log: Logger
    ) throws(DatabaseError) {
        self.database = database
        self.revocations = revocations
        self.longestLife = longestLife
        self.clock = clock
        self.clockWatch = clockWatch
        self.log = log
        self.watch = try database.makeChangeWatch()
        try follow()
    }

    /// Takes in what is new, if anything is, and drops what is over. Call it about once a second.
    package func look() {
        do throws(DatabaseError) {
            if try watch.hasChanged() { isBehind.store(true, ordering: .relaxed) }
            guard isBehind.load(ordering: .relaxed) else { return }
            try follow()
            isBehind.store(false, ordering: .relaxed)
        } catch {
            log.error("revocations_not_read", metadata: ["cause": "\(error)"])
        }
    }

    /// Forgets those that no living token can match any more, here and in the database. Call it now and then; it does
    /// nothing for as long as the clock may be wrong, for what is forgotten is valid again.
    package func prune() {
        guard clockWatch.isSteady() else { return }
        let now = clock.now()
        revocations.prune { [longestLife] _, until in until + longestLife < now.seconds }
        do throws(DatabaseError) {
            _ = try database.revocations.prune(now: now)
        } catch {
            log.error("revocations_not_pruned", metadata: ["cause": "\(error)"])
        }
    }

    private func follow() throws(DatabaseError) {
        let changes = try database.revocations.changes(since: sequence.withLock { $0 })
        for revocation in changes.revocations {
            guard let subject = RevocationList.Subject(revocation.subject) else { continue }
            revocations.insert(
                subject, revokedAt: revocation.revokedAt.seconds, longestLife: longestLife)
        }
        sequence.withLock { $0 = changes.sequence }
    }
}
