import Glibc
import Logging
import System

/// The metrics of a process that nobody can ask, in a file for the textfile collector of Prometheus' node_exporter.
struct MetricsFile: Sendable {
    /// Milliseconds between two writings: more often than Prometheus comes by.
    private static let interval: Int32 = 5000

    let path: String
    let metrics: ProcessMetrics
    let log: Logger

    /// Writes until `stop` is raised, and leaves no file behind: an old one would look like a process that lives.
    func run(until stop: StopSignal) {
        var hasFailed = false
        repeat {
            let isWritten = write()
            if !isWritten && !hasFailed {
                log.error("metrics_not_written", metadata: ["cause": "\(SystemError.last("write", path))"])
            }
            hasFailed = !isWritten
        } while !stop.wait(milliseconds: Self.interval)
        unlink(path)
    }

    /// The file's name without directory and extension: several workers on one machine have a file each.
    private var name: String {
        let last = path.split(separator: "/").last ?? ""
        return String(last.prefix { $0 != "." })
    }

    /// A reader finds the old file whole or the new one. Errors are in errno.
    private func write() -> Bool {
        let draft = "\(path).new"
        let bytes = metrics.workerExposition(name: name)
        guard let file = fopen(draft, "we") else { return false }
        let isComplete = fwrite(bytes, 1, bytes.count, file) == bytes.count
        // The collector is another user.
        guard fclose(file) == 0, isComplete, chmod(draft, 0o644) == 0 else { return false }
        return rename(draft, path) == 0
    }
}
