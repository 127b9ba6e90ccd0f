import Callbacks
import Database
import Domain
import Files
import Logging
import Metrics
import System

/// One conversion thread: takes the next job, does it, and asks again.
struct ConversionWorker: Sendable {
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
            try PollLoop(service.wakeUp, stop: stop, clock: service.clock).run(
                nextDue: nextDue, work: workNext)
        } catch {
            service.log.critical("worker_failed", metadata: ["cause": "\(error)"])
        }
    }

    /// Does one job; false where none is to be had.
    private func workNext() -> Bool {
        guard let job = claim() else { return false }
        service.pool.threadWorks()
        let attempt = Attempt(job: job, worker: name, service: service, stop: stop)
        switch job.kind {
        case .conversion: ConversionRun(attempt: attempt).run()
        case .renditions: RenditionRun(attempt: attempt).run()
        }
        service.pool.threadRests()
        return true
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

    /// When a pause or a lease ends. Only a hint: where the table cannot be read, the claim says so.
    private func nextDue() -> Timestamp? { (try? service.database.jobs.nextWake()) ?? nil }
}
