import Domain
import Files
import Logging
import Runtime

/// Removes uploads that nobody goes on with.
package struct ResumableSweep: Sendable {
    private let services: Services

    package init(services: Services) {
        self.services = services
    }

    /// Those that rested for too long.
    package func run() {
        do throws(FileError) {
            let cutoff = services.clock.now().adding(seconds: -ResumableUploads.restSeconds)
            for name in try services.files.sweepResumables(untouchedSince: cutoff) {
                services.log.notice("resumable_expired", metadata: ["upload": "\(name.prefix(8))"])
            }
        } catch {
            services.log.error("resumables_not_swept", metadata: ["cause": "\(error)"])
        }
    }

    /// Those of a target that is deleted, begun before.
    func remove(_ target: VideoTarget) throws(FileError) {
        for name in try services.files.resumableNames() {
            guard let info = try services.files.resumableInfo(name),
                ResumableRecord(parsing: info)?.target == target
            else { continue }
            try services.files.removeResumable(name)
        }
    }
}
