import Files
import Logging

/// Removes what dead processes left half-done; for the start of every process that works on the tree.
package struct LeftoverSweep: Sendable {
    private let files: DataDirectory
    private let log: Logger

    package init(files: DataDirectory, log: Logger) {
        self.files = files
        self.log = log
    }

    /// Sweeps once, and reports what it removes.
    package func run() {
        do throws(FileError) {
            for path in try files.sweep() {
                log.notice("leftover_removed", metadata: ["path": "\(path)"])
            }
        } catch {
            log.error("sweep_failed", metadata: ["cause": "\(error)"])
        }
    }
}
