import Domain

/// What the server counts, as its rooms say it: a call is a lookup in a table made at start and an atomic
/// addition.
package struct ServerMetrics: Sendable {
    private let registry: MetricsRegistry
    private let refusals: [ErrorCode: Counter]
    private let tokens: [TokenOutcome: Counter]
    private let threads: [ThreadPool: Gauge]
    private let busyThreads: [ThreadPool: Gauge]
    /// Those two that every segment counts, without a look into the tables.
    private let busyPlayers: Gauge?
    private let acceptedTokens: Counter?
    private let uploadedBytes: Counter
    /// No metric: `RequestMetrics` tells more. For those who only want to know whether there is life.
    private let playbackAnswers = Counter()
    private let conversions: ConversionMetrics
    private let callbacks: [CallbackOutcome: Counter]
    private let reloadIsGood: Gauge

    /// - Parameters:
    ///   - version: of this program.
    ///   - probes: called by every scrape, on the thread of it.
    package init(version: String, probes: ServerProbes) {
        var all = MetricsRegistry()
        all.read("focust_build_info", "Always 1; the label tells the version.", .gauge) {
            [MetricSample(1, labels: [.init("version", version)])]
        }
        refusals = all.each(
            "focust_refusals_total", "Requests refused, by error.", by: "code", ErrorCode.self, Counter.init)
        tokens = all.each(
            "focust_token_verifications_total", "Media tokens judged.", by: "result", TokenOutcome.self,
            Counter.init)
        threads = all.each(
            "focust_threads", "Threads of a pool.", by: "pool", ThreadPool.self, Gauge.init)
        busyThreads = all.each(
            "focust_threads_busy", "Threads of a pool at work.", by: "pool", ThreadPool.self, Gauge.init)
        busyPlayers = busyThreads[.play]
        acceptedTokens = tokens[.accepted]
        uploadedBytes = all.one("focust_upload_bytes_total", "Bytes of uploads read.", Counter.init)
        conversions = ConversionMetrics(&all)
        callbacks = all.each(
            "focust_callbacks_total", "Attempts at a callback.", by: "result", CallbackOutcome.self,
            Counter.init)
        reloadIsGood = all.one(
            "focust_settings_reload_successful",
            "1 while the settings in force are those of the last reload, or of the start; 0 after one that failed.",
            Gauge.init)
        reloadIsGood.set(1)
        all.addProbes(probes)
        all.addProcess()
        registry = all
    }

    package func refused(_ code: ErrorCode) { refusals[code]?.increment() }

    package func tokenJudged(_ outcome: TokenOutcome) {
        (outcome == .accepted ? acceptedTokens : tokens[outcome])?.increment()
    }

    package func setThreads(_ count: Int, of pool: ThreadPool) { threads[pool]?.set(count) }

    /// A thread takes up a request or a job; `threadRests` must follow.
    package func threadWorks(in pool: ThreadPool) { busy(pool)?.add(1) }

    package func threadRests(in pool: ThreadPool) {
        busy(pool)?.add(-1)
        if pool == .play { playbackAnswers.increment() }
    }

    private func busy(_ pool: ThreadPool) -> Gauge? {
        pool == .play ? busyPlayers : busyThreads[pool]
    }

    /// Requests that playback threads have been done with.
    package var playbackAnswerCount: Int { playbackAnswers.value }

    package func uploaded(bytes: Int) { uploadedBytes.increment(by: bytes) }

    /// An attempt at a conversion ended, `seconds` after it began, of a video of `videoSeconds`.
    package func conversionEnded(
        _ outcome: ConversionOutcome, _ path: ConversionPath, seconds: Double, videoSeconds: Double
    ) {
        conversions.ended(outcome, path, seconds: seconds, videoSeconds: videoSeconds)
    }

    package func callbackTried(_ outcome: CallbackOutcome) { callbacks[outcome]?.increment() }

    /// New settings were read: whether they were good, and are in force.
    package func reloaded(_ isGood: Bool) { reloadIsGood.set(isGood ? 1 : 0) }

    /// What a process that only converts has to say, to be read from a file beside those of others: what every
    /// Prometheus client says of its process, the file's reader says of itself, and the queue is the server's to count.
    package func workerExposition(name: String) -> [UInt8] {
        registry.exposition(only: Self.ofWorkers, label: .init("worker", name))
    }

    private static let ofWorkers: Set = [
        "focust_build_info", "focust_threads", "focust_threads_busy", "focust_conversions_total",
        "focust_conversion_seconds", "focust_conversion_realtime_factor",
    ]

    /// Everything as it is now, to be sent as `Exposition.contentType`.
    package func exposition() -> [UInt8] { registry.exposition() }
}
