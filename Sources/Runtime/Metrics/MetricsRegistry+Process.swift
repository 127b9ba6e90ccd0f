extension MetricsRegistry {
    /// The metrics that every Prometheus client gives of its process.
    mutating func addProcess() {
        let startTime = ProcessStatistics.startTime()
        number("process_start_time_seconds", "When the process started, since 1970.", .gauge) { startTime }
        number("process_resident_memory_bytes", "Memory in use.", .gauge, ProcessStatistics.residentBytes)
        number("process_open_fds", "Open file descriptors.", .gauge, ProcessStatistics.openFiles)
        number("process_threads", "Threads.", .gauge, ProcessStatistics.threads)
        number(
            "process_cpu_seconds_total", "User and system time spent.", .counter,
            ProcessStatistics.cpuSeconds)
    }

    /// What the other rooms know.
    mutating func addProbes(_ probes: ServerProbes) {
        read("focust_queue_depth", "Conversion jobs by status.", .gauge) {
            probes.queueDepth().map { depth in
                MetricSample(Double(depth.count), labels: [.init("status", depth.status)])
            }
        }
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

    private mutating func number(
        _ name: String, _ help: String, _ kind: MetricKind, _ read: @escaping @Sendable () -> Double?
    ) {
        self.read(name, help, kind) { read().map { [MetricSample($0)] } ?? [] }
    }
}
