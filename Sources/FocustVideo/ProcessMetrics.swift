import Callbacks
import Conversion
import Metrics
import Server

/// Every metric of the process but those of requests, whose routes are known later: what each room counts, in the order of
/// an answer to a scrape.
struct ProcessMetrics: Sendable {
    let server: ServerMetrics
    let conversions: ConversionMetrics
    let callbacks: CallbackMetrics
    let playback = PoolMetrics("play")
    let uploads = PoolMetrics("upload")
    let conversionThreads = PoolMetrics("conversion")
    let registry: MetricsRegistry
    private let reloadIsGood: Gauge

    /// - Parameters:
    ///   - version: of this program.
    ///   - probes: called by every scrape, on the thread of it.
    init(version: String, probes: ServerProbes) {
        var all = MetricsRegistry()
        all.read("focust_build_info", "Always 1; the label tells the version.", .gauge) {
            [MetricSample(1, labels: [.init("version", version)])]
        }
        server = ServerMetrics(&all)
        all.add([playback, uploads, conversionThreads])
        conversions = ConversionMetrics(&all)
        callbacks = CallbackMetrics(&all)
        reloadIsGood = all.one(
            "focust_settings_reload_successful",
            "1 while the settings in force are those of the last reload, or of the start; 0 after one that failed.",
            Gauge.init)
        reloadIsGood.set(1)
        all.add(probes)
        all.addProcess()
        registry = all
    }

    /// New settings were read: whether they were good, and are in force.
    func reloaded(_ isGood: Bool) { reloadIsGood.set(isGood ? 1 : 0) }

    /// What a process that only converts has to say, to be read from a file beside those of others: what every
    /// Prometheus client says of its process, the file's reader says of itself, and the queue is the server's to count.
    func workerExposition(name: String) -> [UInt8] {
        registry.exposition(only: Self.ofWorkers, label: .init("worker", name))
    }

    private static let ofWorkers: Set = [
        "focust_build_info", "focust_threads", "focust_threads_busy", "focust_conversions_total",
        "focust_conversion_seconds", "focust_conversion_realtime_factor", "focust_rendition_jobs_total",
        "focust_renditions_total", "focust_rendition_job_seconds", "focust_rendition_realtime_factor",
    ]
}
