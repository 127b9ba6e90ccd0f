import FastCGI
import Logging
import Metrics
import System

/// Says `alive` to the service manager as long as worker threads answer requests, one of its own or others, so that a
/// process that only seems to run is replaced, and one with a long queue is not.
///
/// The playback threads alone: each is free again within seconds, while an upload may rightly take minutes.
struct Watchdog: Sendable {
    let manager: ServiceManager
    let probe: SocketProbe
    /// The playback threads.
    let pool: PoolMetrics
    let stop: StopSignal
    let log: Logger

    /// The thread that looks, three times in each interval; nil where nobody watches.
    func start() throws(SystemError) -> System.Thread? {
        guard let interval = manager.watchdogMilliseconds else { return nil }
        return try System.Thread(name: "watchdog") { self.run(interval / 3) }
    }

    private func run(_ milliseconds: Int) {
        var answers = 0
        repeat {
            let isAnswered = probe.isAnswered("/healthz", milliseconds: milliseconds)
            // Behind many others the probe may wait for longer than it has.
            let isBusy = pool.endedCount > answers
            answers = pool.endedCount
            if isAnswered || isBusy {
                manager.tell(.alive)
            } else if !stop.isRaised {
                log.error("watchdog", metadata: ["cause": "no playback thread answers"])
            }
        } while !stop.wait(milliseconds: Int32(clamping: milliseconds))
    }
}
