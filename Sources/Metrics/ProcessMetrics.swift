import System

extension MetricsRegistry {
    /// The metrics that every Prometheus client gives of its process.
    package mutating func addProcess() {
        let startTime = ProcessStatistics.startTime()
        number("process_start_time_seconds", "When the process started, since 1970.", .gauge) { startTime }
        number("process_resident_memory_bytes", "Memory in use.", .gauge, ProcessStatistics.residentBytes)
        number("process_open_fds", "Open file descriptors.", .gauge, ProcessStatistics.openFiles)
        number("process_threads", "Threads.", .gauge, ProcessStatistics.threads)
        number(
            "process_cpu_seconds_total", "User and system time spent.", .counter,
            ProcessStatistics.cpuSeconds)
    }
}
