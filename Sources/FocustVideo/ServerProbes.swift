import Database
import Domain
import Files
import Metrics
import System

/// What a scrape asks other rooms for; nil, or nothing, where they cannot say.
struct ServerProbes: Sendable {
    /// Jobs by status.
    let queueDepth: @Sendable () -> [(status: String, count: Int)]
    /// Jobs that make further renditions, by status.
    let renditionDepth: @Sendable () -> [(status: String, count: Int)]
    /// How long the oldest queued job has waited; 0 where none waits.
    let queueOldestSeconds: @Sendable () -> Double?
    /// Queued jobs that wait for free space.
    let queueWaitingForSpace: @Sendable () -> Int?
    /// Callbacks that wait for being delivered.
    let callbacksPending: @Sendable () -> Int?
    /// Free bytes of the file system that holds the data.
    let diskFreeBytes: @Sendable () -> Int?
}

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
            renditionDepth: {
                guard let counts = counts() else { return [] }
                return JobStatus.allCases.map { ($0.rawValue, counts.renditions[$0] ?? 0) }
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

extension MetricsRegistry {
    /// What the other rooms know.
    mutating func add(_ probes: ServerProbes) {
        byStatus("focust_queue_depth", "Conversion jobs by status.", probes.queueDepth)
        byStatus(
            "focust_rendition_queue_depth", "Jobs that make further renditions, by status.",
            probes.renditionDepth)
        number(
            "focust_queue_oldest_seconds", "How long the oldest queued job has waited.", .gauge,
            probes.queueOldestSeconds)
        number(
            "focust_queue_waiting_for_space", "Queued jobs that wait for FOCUST_MIN_FREE_BYTES to be free.",
            .gauge
        ) { probes.queueWaitingForSpace().map(Double.init) }
        number("focust_callbacks_pending", "Callbacks not delivered yet.", .gauge) {
            probes.callbacksPending().map(Double.init)
        }
        number("focust_disk_free_bytes", "Free bytes where the data is.", .gauge) {
            probes.diskFreeBytes().map(Double.init)
        }
    }

    private mutating func byStatus(
        _ name: String, _ help: String,
        _ depth: @escaping @Sendable () -> [(status: String, count: Int)]
    ) {
        read(name, help, .gauge) {
            depth().map { MetricSample(Double($0.count), labels: [.init("status", $0.status)]) }
        }
    }
}
