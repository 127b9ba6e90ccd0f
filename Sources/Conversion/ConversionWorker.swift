import Crypto
import Database
import Logging
import Runtime

/// One conversion thread: takes the next job, converts it, and asks again.
struct ConversionWorker: Sendable {
    /// Milliseconds until a worker looks again although nobody woke it: jobs of other processes, ends of pauses.
    private static let idleMilliseconds: Int32 = 1000

    private let service: ConversionService
    private let stop: StopSignal
    /// The holder of leases, unlike that of any other thread of any process.
    private let name: String

    init(service: ConversionService, stop: StopSignal, number: Int) {
        self.service = service
        self.stop = stop
        let random = SecureRandom.bytes(6).map { String($0, radix: 16) }.joined()
        self.name = "\(number)-\(random)"
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
                waiter.wait(milliseconds: Self.idleMilliseconds, or: stop)
                continue
            }
            ConversionRun(job: job, worker: name, service: service, stop: stop).run()
        }
    }

    private func claim() -> Job? {
        do {
            return try service.database.jobs.claim(
                worker: name, lease: LeaseKeeper.lease, now: service.clock.now(), ended: { _ in nil })
        } catch {
            // A full disk passes; asking once a second burns nothing.
            service.log.error("claim_failed", metadata: ["cause": "\(error)"])
            return nil
        }
    }
}
