import ArgumentParser
import Conversion
import Logging
import Settings
import System

/// `focust-video work`: conversions only, no FastCGI; beside a `serve` with `FOCUST_CONVERSION_JOBS=0`, or in addition
/// to one that converts too.
struct Work: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Convert uploads, and serve nothing.",
        discussion: "Needs no secrets. Several of them share one queue safely.")

    @Option(help: "Conversions at once; FOCUST_CONVERSION_JOBS, or half the cores where that is 0.")
    var jobs: Int?

    @Option(help: "Write metrics into this file (….prom), for the textfile collector of node_exporter.")
    var metricsFile: String?

    func validate() throws {
        guard jobs.map({ (1...64).contains($0) }) ?? true else {
            throw ValidationError("--jobs must be 1 to 64.")
        }
    }

    func run() throws {
        ProcessLimits.hideMemory()
        let settings = try SettingsLoader.load(for: .work)
        let signals = Signals()
        let logSetup = LogSetup(settings)
        let log = logSetup.log
        if !OrphanSweep.begin() { log.info("no_orphan_sweep: this process has children of others") }
        let manager = ServiceManager(environment: Environment.values())
        var reload = Reload(settings, role: .work, log: log)
        do {
            let stop = try StopSignal()
            let threads = try start(settings, stop: stop, log: log)
            manager.tell(.ready)
            signals.waitForEnd {
                manager.tell(.reloading)
                _ = reload.run(apply: logSetup.apply)
                manager.tell(.ready)
            }
            manager.tell(.stopping)
            log.notice("stopping")
            stop.raise()
            Signals.endAfterGrace()
            for thread in threads { thread.join() }
            log.notice("stopped")
        } catch {
            log.critical("start_failed", metadata: ["cause": "\(error)"])
            throw ExitCode.failure
        }
    }

    private func start(_ settings: Settings, stop: StopSignal, log: Logger) throws -> [System.Thread] {
        let count =
            jobs ?? (settings.conversionJobs > 0 ? settings.conversionJobs : max(1, Machine.cores / 2))
        let storage = try Storage(settings)
        LeftoverSweep(files: storage.files, log: log).run()
        let metrics = ProcessMetrics(version: Version.number, probes: ServerProbes(storage))
        let service = ConversionService(settings, storage, jobs: count, metrics: metrics, log: log)
        var threads = try service.start(count, stop: stop)
        if let metricsFile {
            let file = MetricsFile(path: metricsFile, metrics: metrics, log: log)
            threads.append(try System.Thread(name: "metrics-file") { file.run(until: stop) })
        }
        log.notice("started", metadata: ["version": "\(Version.number)", "jobs": "\(count)"])
        return threads
    }
}
