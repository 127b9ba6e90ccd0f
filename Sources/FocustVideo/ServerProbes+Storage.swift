import Database
import Domain
import Files
import Runtime

extension ServerProbes {
    /// What a scrape reads from the database and the disk. What cannot be read is left out: readiness says why.
    init(_ storage: Storage) {
        let database = storage.database
        let files = storage.files
        self.init(
            queueDepth: {
                guard let counts = try? database.jobs.counts() else { return [] }
                return JobStatus.allCases.map { ($0.rawValue, counts[$0]) }
            },
            queueOldestSeconds: {
                guard let oldest = try? database.jobs.counts().oldestQueued else { return nil }
                return Double(SystemClock.system.now().milliseconds - oldest.milliseconds) / 1000
            },
            callbacksPending: { try? database.callbacks.pendingCount() },
            diskFreeBytes: { try? files.freeBytes() })
    }
}
