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
    /// Milliseconds between two looks for a conversion that waits.
    private static let lookInterval: Int32 = 250

    private let job: Job
    private let worker: String
    private let service: ConversionService
    private let stop: StopSignal
    /// Whether the work ends when a conversion waits.
    private let givesWay: Bool
    /// Raised when the conversion has to end.
    let cancellation: StopSignal
    private let finished: WakeUp
    private let isFinished = Atomic(false)
    private let progress = Atomic<UInt64>(0)
    private let isOutOfSpace = Atomic(false)
    private let isGivingWay = Atomic(false)
    /// What is made, and whether its row in the table says something else.
    private let renditions = Mutex<(all: [RenditionProgress], isChanged: Bool)>(([], false))

    init(_ attempt: Attempt) throws(SystemError) {
        job = attempt.job
        worker = attempt.worker
        service = attempt.service
        stop = attempt.stop
        givesWay = attempt.job.kind == .renditions
        self.cancellation = try StopSignal()
        self.finished = try WakeUp()
    }

    /// Keeps the lease while `work` runs. Throws `ConversionFailure.outOfSpace` where that was ended because too little
    /// of the disk stayed free, `.givingWay` where a conversion waits that goes first.
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
            if isOutOfSpace.load(ordering: .relaxed) { throw ConversionFailure.outOfSpace }
            throw isGivingWay.load(ordering: .relaxed) ? ConversionFailure.givingWay : error
        }
    }

    /// Notes how far the conversion is, 0 to 1; told with the next word.
    func note(_ share: Double) {
        progress.store(share.bitPattern, ordering: .relaxed)
    }

    /// Notes which renditions are made; told with the next word.
    func note(_ planned: [RenditionProgress]) {
        renditions.withLock { $0 = (planned, true) }
    }

    /// Notes how far one of them is.
    func note(_ name: RenditionName, _ share: Double) {
        renditions.withLock { renditions in
            guard let index = renditions.all.firstIndex(where: { $0.name == name }) else { return }
            renditions.all[index].share = max(renditions.all[index].share, min(max(share, 0), 1))
            renditions.isChanged = true
        }
    }

    private func run() {
        let step = givesWay ? Self.lookInterval : Self.interval
        var passed: Int32 = 0
        while !isFinished.load(ordering: .relaxed) {
            finished.wait(milliseconds: step, or: stop)
            if isFinished.load(ordering: .relaxed) { return }
            passed += step
            let isTimeForAWord = passed >= Self.interval
            if isTimeForAWord { passed = 0 }
            guard !stop.isRaised, hasPriority(), !isTimeForAWord || renew() && hasSpace() else {
                cancellation.raise()
                return
            }
        }
    }

    private func hasPriority() -> Bool {
        // Where the table cannot be read, the next word says so.
        guard givesWay, (try? service.database.jobs.conversionWaits()) == true else { return true }
        isGivingWay.store(true, ordering: .relaxed)
        return false
    }

    private func hasSpace() -> Bool {
        guard !service.space.isKept() else { return true }
        isOutOfSpace.store(true, ordering: .relaxed)
        return false
    }

    private func renew() -> Bool {
        do {
            let changed = renditions.withLock { renditions in
                defer { renditions.isChanged = false }
                return renditions.isChanged ? renditions.all : nil
            }
            if let changed {
                _ = try service.database.jobs.note(
                    job.id, worker: worker, renditions: changed, now: service.clock.now())
            }
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
