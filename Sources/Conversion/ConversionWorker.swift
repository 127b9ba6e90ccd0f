import Callbacks
import Database
import Domain
import Files
import Logging
import Metrics
import System

/// One conversion thread: takes the next job, converts it, and asks again.
struct ConversionWorker: Sendable {
    /// Milliseconds until a worker looks again although nobody woke it: jobs of other processes, ends of
    /// pauses.
    private static let idle: ClosedRange<Int64> = 100...1000

    private let service: ConversionService
    private let stop: StopSignal
    /// The holder of leases, unlike that of any other thread of any process.
    private let name: String

    /// Kept as long as the worker works: it says that its jobs are somebody's.
    private let mark: WorkerMark

    init(service: ConversionService, stop: StopSignal, mark: WorkerMark, number: Int) {
        self.service = service
        self.stop = stop
        self.mark = mark
        self.name = mark.worker(number)
    }

    func run() {
        do throws(SystemError) {
            work(waiter: try service.wakeUp.makeWaiter())
        } catch {
            service.log.critical("worker_failed", metadata: ["cause": "\(error)"])
        }
    }

    private func work(waiter: borrowing WakeFile.Waiter) {
        while !stop.isRaised {
            guard let job = claim() else {
                waiter.wait(milliseconds: pause(), or: stop)
                continue
            }
            service.pool.threadWorks()
            ConversionRun(job: job, worker: name, service: service, stop: stop).run()
            service.pool.threadRests()
        }
    }

    private func claim() -> Job? {
        do {
            try service.database.jobs.endLeases(now: service.clock.now(), unless: service.files.isAlive)
            guard service.space.isKept() else {
                try postpone()
                return nil
            }
            return try service.database.jobs.claim(
                worker: name, lease: LeaseKeeper.lease, now: service.clock.now(),
                ended: service.callbacks.end)
        } catch {
            // A full disk passes; asking once a second burns nothing.
            service.log.error("claim_failed", metadata: ["cause": "\(error)"])
            return nil
        }
    }

    private func postpone() throws(DatabaseError) {
        let now = service.clock.now()
        let count = try service.database.jobs.postpone(
            until: now.adding(seconds: QueueRules.spacePauseSeconds), because: .insufficientStorage, now: now,
            ended: service.callbacks.end)
        guard count > 0 else { return }
        service.log.warning(
            "conversions_wait_for_space",
            metadata: ["waiting": "\(count)", "cause": "less is free than FOCUST_MIN_FREE_BYTES"])
    }

    /// Milliseconds until a pause or a lease ends, within `idle`.
    private func pause() -> Int32 {
        // Only a hint: where the table cannot be read the claim says so, and this sleeps as long as it may.
        let next = (try? service.database.jobs.nextWake()) ?? nil
        let wait = next.map { $0.milliseconds - service.clock.now().milliseconds } ?? Self.idle.upperBound
        return Int32(min(max(wait, Self.idle.lowerBound), Self.idle.upperBound))
    }
}
