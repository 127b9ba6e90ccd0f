import Domain
import Files
import Logging
import Server
import Settings

/// Lets go of the versions of lessons that are kept for their viewers: when their time has come, and earlier where the
/// disk has too little room.
struct RetiredVersions {
    /// Seconds until the next attempt after one that failed.
    private static let pause = 60

    private let services: Services
    private var sweep: RetirementSweep
    private var notBefore = Timestamp(seconds: 0)

    init(services: Services) {
        self.services = services
        sweep = RetirementSweep(files: services.files, limit: services.settings.keepReplaced)
    }

    /// For every second; `steadySeconds`: for how long the clock has gone on without a jump.
    mutating func look(_ now: Timestamp, steadySeconds: Int64) {
        guard now >= notBefore else { return }
        do throws(FileError) {
            for location in try sweep.run(now: now, steadySeconds: steadySeconds) {
                services.log.info("retired_version_removed", metadata: ["rel": "\(location)"])
            }
            _ = try services.files.freeBytes(wanting: services.settings.minFreeBytes.bytes)
        } catch {
            notBefore = now.adding(seconds: Self.pause)
            services.log.error("retired_versions_not_swept", metadata: ["cause": "\(error)"])
        }
    }
}
