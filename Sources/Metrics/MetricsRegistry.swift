import System

/// Every metric of the process with its labels. It is filled at start and never again, so that a scrape needs
/// no lock and nothing a client sends can add a series.
package struct MetricsRegistry: Sendable {
    private struct Family: Sendable {
        let name: String
        let help: String
        let kind: MetricKind
        let samples: @Sendable () -> [MetricSample]
    }

    private var families: [Family] = []

    package init() {}

    /// A metric without labels.
    package mutating func one<Value: MetricValue>(
        _ name: String, _ help: String, _ make: () -> Value
    ) -> Value {
        let value = make()
        add(name, help, Value.kind) { value.samples([]) }
        return value
    }

    /// A metric for each case of `Label`, the raw value of which becomes the value of the label `name`.
    package mutating func each<Label: CaseIterable & RawRepresentable<String> & Hashable, Value: MetricValue>(
        _ name: String, _ help: String, by label: String, _: Label.Type, _ make: () -> Value
    ) -> [Label: Value] {
        each(name, help, by: [label], keys: Array(Label.allCases), values: { [$0.rawValue] }, make)
    }

    /// A metric for each of `keys`, which `values` gives one value for each of `labels`.
    ///
    /// `omitsUnused`: a scrape leaves out counters that are still 0, for families of which most never count.
    package mutating func each<Key: Hashable, Value: MetricValue>(
        _ name: String, _ help: String, by labels: [String], keys: [Key], values: (Key) -> [String],
        omitsUnused: Bool = false, _ make: () -> Value
    ) -> [Key: Value] {
        var children: [Key: Value] = [:]
        var series: [(labels: [MetricSample.Label], value: Value)] = []
        for key in keys where children[key] == nil {
            let value = make()
            children[key] = value
            series.append((zip(labels, values(key)).map { MetricSample.Label($0, $1) }, value))
        }
        add(name, help, Value.kind) { [series] in
            let samples = series.flatMap { $0.value.samples($0.labels) }
            return omitsUnused ? samples.filter { $0.value != 0 } : samples
        }
        return children
    }

    /// Numbers that are read when somebody asks; none where they cannot be known.
    package mutating func read(
        _ name: String, _ help: String, _ kind: MetricKind,
        _ samples: @escaping @Sendable () -> [MetricSample]
    ) {
        add(name, help, kind, samples)
    }

    /// A number that is read when somebody asks; left out where it cannot be known.
    package mutating func number(
        _ name: String, _ help: String, _ kind: MetricKind, _ read: @escaping @Sendable () -> Double?
    ) {
        self.read(name, help, kind) { read().map { [MetricSample($0)] } ?? [] }
    }

    /// Everything as it is now; or only the families of these names, every sample with `label` besides.
    package func exposition(only names: Set<String>? = nil, label: MetricSample.Label? = nil) -> [UInt8] {
        var exposition = Exposition()
        for family in families where names?.contains(family.name) ?? true {
            let samples = family.samples().map { $0.adding(label) }
            exposition.append(family.name, family.help, family.kind, samples)
        }
        return exposition.bytes
    }

    private mutating func add(
        _ name: String, _ help: String, _ kind: MetricKind,
        _ samples: @escaping @Sendable () -> [MetricSample]
    ) {
        families.append(Family(name: name, help: help, kind: kind, samples: samples))
    }
}

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
