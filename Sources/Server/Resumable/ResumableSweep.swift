import Domain
import Files
import Logging
import System

/// Removes uploads that nobody goes on with.
package struct ResumableSweep: Sendable {
    private let services: Services

    package init(services: Services) {
        self.services = services
    }

    /// Those that rested for too long, or are too old.
    package func run() {
        do throws(FileError) {
            let ended = try services.files.sweepResumables(
                rest: ResumableUploads.restSeconds, age: ResumableUploads.ageSeconds,
                now: services.clock.now())
            for name in ended {
                services.log.notice("resumable_expired", metadata: ["upload": "\(name.prefix(8))"])
            }
        } catch {
            services.log.error("resumables_not_swept", metadata: ["cause": "\(error)"])
        }
    }

    /// Those that the same caller began before `record`, for the same target, and that are not whole.
    func endReplaced(by record: ResumableRecord) throws(FileError) {
        for name in try services.files.resumableNames() {
            guard let info = try services.files.resumableInfo(name),
                let older = ResumableRecord(parsing: info), older.isReplaced(by: record),
                try services.files.endResumable(name, length: older.length)
            else { continue }
            services.log.info("resumable_replaced", metadata: ["upload": "\(name.prefix(8))"])
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
