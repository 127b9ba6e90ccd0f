import Conversion
import Database
import Domain
import Files
import Logging
import Server
import System

/// What has to be done now and then, on a thread of its own: takes in revocations of other processes, and forgets what
/// nobody asks for any more.
struct Housekeeping: Sendable {
    /// Nanoseconds between two prunings.
    private static let pruneInterval: UInt64 = 3_600_000_000_000
    /// Finished tasks are kept for this many days, the newest of each lesson for ever.
    private static let taskDays = 90

    let services: Services
    let follower: RevocationFollower
    let clockWatch: ClockWatch
    let stop: StopSignal

    func run() {
        LeftoverSweep(files: services.files, log: services.log).run()
        reconciliation.run()
        forgetWhatIsOver()
        var retired = RetiredVersions(services: services)
        // By the clock that cannot be set.
        var lastPruned = services.clock.monotonicNanoseconds()
        while !stop.wait(milliseconds: 1000) {
            follower.look()
            retired.look(services.clock.now(), steadySeconds: clockWatch.steadySeconds())
            let now = services.clock.monotonicNanoseconds()
            guard now - lastPruned >= Self.pruneInterval else { continue }
            lastPruned = now
            follower.prune()
            reconciliation.run()
            forgetWhatIsOver()
            keepClockRecord()
        }
        keepClockRecord()
    }

    /// Removes unfinished uploads and the notes of old tasks, unless the clock may be wrong: by one that is a year ahead all
    /// of them would be over.
    private func forgetWhatIsOver() {
        guard clockWatch.isSteady() else { return }
        ResumableSweep(services: services).run()
        prune(services.clock.now())
    }

    private func keepClockRecord() {
        let record = clockWatch.record
        do throws(FileError) {
            try services.files.keepClockRecord(wall: record.wall, steadySeconds: record.steadySeconds)
        } catch {
            services.log.warning("clock_record_not_kept", metadata: ["cause": "\(error)"])
        }
    }

    private var reconciliation: UploadReconciliation {
        UploadReconciliation(database: services.database, files: services.files, log: services.log)
    }

    private func prune(_ now: Timestamp) {
        do throws(DatabaseError) {
            let old = now.adding(seconds: -Self.taskDays * 86400)
            // In small transactions, so that an upload never waits long for one.
            while try services.database.jobs.prune(endedBefore: old, limit: 500) == 500 {}
            try services.database.receipts.prune(now: now)
        } catch {
            services.log.error("tasks_not_pruned", metadata: ["cause": "\(error)"])
        }
    }
}
