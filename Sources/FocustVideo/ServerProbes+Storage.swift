import Database
import Domain
import Files
import Runtime

extension ServerProbes {
    /// What a scrape reads from the database and the disk. What cannot be read is left out: readiness says why.
    init(_ storage: Storage) {
        let database = storage.database
        let files = storage.files
        let counts: @Sendable () -> JobCounts? = {
            // A file that was replaced under us would still answer, but not the truth.
            do { try database.ping() } catch { return nil }
            return try? database.jobs.counts()
        }
        self.init(
            queueDepth: {
                guard let counts = counts() else { return [] }
                return JobStatus.allCases.map { ($0.rawValue, counts[$0]) }
            },
            queueOldestSeconds: {
                guard let counts = counts() else { return nil }
                guard let oldest = counts.oldestQueued else { return 0 }
                return Double(SystemClock.system.now().milliseconds - oldest.milliseconds) / 1000
            },
            queueWaitingForSpace: { counts()?.waitingForSpace },
            callbacksPending: { try? database.callbacks.pendingCount() },
            diskFreeBytes: { try? files.freeBytes() })
    }
}
