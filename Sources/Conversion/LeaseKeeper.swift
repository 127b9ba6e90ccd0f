import Database
import Domain
import Logging
import Synchronization
import System

/// Keeps the lease of one running conversion, and tells its progress, from a thread of its own: libav may be silent
/// for longer than a lease. Cancels the conversion when the lease is lost, the process stops, or too little of the disk
/// stays free.
final class LeaseKeeper: Sendable {
    /// How long a job stays its worker's without a word: a dead worker's job returns after it.
    static let lease = Duration.seconds(30)
    /// Milliseconds between two words.
    private static let interval: Int32 = 2000

    private let job: Job
    private let worker: String
    private let service: ConversionService
    private let stop: StopSignal
    /// Raised when the conversion has to end.
    let cancellation: StopSignal
    private let finished: WakeUp
    private let isFinished = Atomic(false)
    private let progress = Atomic<UInt64>(0)
    private let isOutOfSpace = Atomic(false)

    init(
        job: Job, worker: String, service: ConversionService, stop: StopSignal
    ) throws(SystemError) {
        self.job = job
        self.worker = worker
        self.service = service
        self.stop = stop
        self.cancellation = try StopSignal()
        self.finished = try WakeUp()
    }

    /// Keeps the lease while `work` runs. Throws `ConversionFailure.outOfSpace` where that was ended because too little
    /// of the disk stayed free.
    func during<Value, Failure: Error>(_ work: () throws(Failure) -> Value) throws -> Value {
        let thread = try System.Thread(name: "lease", body: { self.run() })
        defer {
            isFinished.store(true, ordering: .relaxed)
            finished.signal()
            thread.join()
        }
        do {
            return try work()
        } catch {
            throw isOutOfSpace.load(ordering: .relaxed) ? ConversionFailure.outOfSpace : error
        }
    }

    /// Notes how far the conversion is, 0 to 1; told with the next word.
    func note(_ share: Double) {
        progress.store(share.bitPattern, ordering: .relaxed)
    }

    private func run() {
        while !isFinished.load(ordering: .relaxed) {
            finished.wait(milliseconds: Self.interval, or: stop)
            if isFinished.load(ordering: .relaxed) { return }
            guard !stop.isRaised, renew(), hasSpace() else {
                cancellation.raise()
                return
            }
        }
    }

    private func hasSpace() -> Bool {
        guard !service.space.isKept() else { return true }
        isOutOfSpace.store(true, ordering: .relaxed)
        return false
    }

    private func renew() -> Bool {
        do {
            return try service.database.jobs.heartbeat(
                job.id, worker: worker, progress: Double(bitPattern: progress.load(ordering: .relaxed)),
                lease: Self.lease, now: service.clock.now())
        } catch {
            // A busy or full database is not a lost lease; if it lasts, the lease ends by itself.
            service.log.warning("heartbeat_failed", metadata: ["task_id": "\(job.id)", "cause": "\(error)"])
            return true
        }
    }
}
