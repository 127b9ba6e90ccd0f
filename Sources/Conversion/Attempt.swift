import Callbacks
import Database
import Domain
import Files
import Logging
import MediaProtocol
import System

/// One attempt at a job of either kind: who makes it, and how it ends where it made nothing.
struct Attempt: Sendable {
    let job: Job
    let worker: String
    let service: ConversionService
    let stop: StopSignal

    /// Ends it in the queue after `error`, and reports that.
    func end(_ error: any Error) -> ConversionOutcome {
        let failure = failure(error)
        do throws(DatabaseError) {
            let isPutBack = failure.isGivingWay || stop.isRaised && failure.isCancellation
            return isPutBack ? try putBack() : try fail(failure)
        } catch {
            note(endFailed: error)
            return .returned
        }
    }

    /// What an error means for the job.
    func failure(_ error: any Error) -> ConversionFailure {
        let failure = error as? ConversionFailure ?? ConversionFailure(error)
        // A full disk may end it before the lease keeper looks at the floor again.
        return failure.mayBeForSpace && !service.space.isKept() ? .outOfSpace : failure
    }

    private func putBack() throws(DatabaseError) -> ConversionOutcome {
        service.log.info("conversion_put_back", metadata: metadata)
        return try release(at: service.clock.now(), because: nil)
    }

    /// Where nothing was begun, no attempt counts.
    func waitForSpace() {
        let cause = "less would be free than FOCUST_MIN_FREE_BYTES"
        service.log.warning("conversion_waits_for_space", metadata: metadata(cause: cause))
        let retryAt = service.clock.now().adding(seconds: QueueRules.spacePauseSeconds)
        do throws(DatabaseError) {
            _ = try release(at: retryAt, because: .insufficientStorage)
        } catch {
            note(endFailed: error)
        }
    }

    /// The lease runs out by itself, and the job returns.
    private func note(endFailed error: DatabaseError) {
        service.log.error("conversion_end_failed", metadata: metadata(cause: "\(error)"))
    }

    private func release(
        at retryAt: Timestamp, because reason: JobFailure?
    ) throws(DatabaseError) -> ConversionOutcome {
        let ended = try service.database.jobs.release(
            job.id, worker: worker, retryAt: retryAt, because: reason, now: service.clock.now())
        guard let ended else { return .returned }
        removeUpload(of: ended)
        return .superseded
    }

    /// Gives the job back for a few seconds, where what it needs is another's for now. No attempt counts.
    func wait(because cause: String) {
        service.log.warning("attempt_waits", metadata: metadata(cause: cause))
        let retryAt = service.clock.now().adding(seconds: QueueRules.busyPauseSeconds)
        do throws(DatabaseError) {
            _ = try release(at: retryAt, because: nil)
        } catch {
            note(endFailed: error)
        }
    }

    private func fail(_ failure: ConversionFailure) throws(DatabaseError) -> ConversionOutcome {
        let outcome = try service.database.jobs.fail(
            job.id, worker: worker, failure: failure.forTask, failure.kind,
            callback: service.callbacks.failure(of: job, failure.forTask), now: service.clock.now())
        service.callbackWakeUp.signal()
        service.log.warning("conversion_failed", metadata: metadata(cause: failure.cause))
        switch outcome {
        case .willRetry, .lost: return .returned
        case .ended(let ended) where ended.status == .superseded:
            removeUpload(of: ended)
            return .superseded
        // A failed job keeps its upload: it can be tried again by hand.
        case .ended: return .failed
        }
    }

    /// Removes what a conversion was made of. What renditions are made of is the lesson's original, and stays.
    func removeUpload(of job: Job) {
        guard job.kind == .conversion else { return }
        do {
            try service.files.removeUpload(job.sourcePath)
        } catch {
            // Swept at the next start.
            service.log.warning("upload_not_removed", metadata: metadata(cause: "\(error)"))
        }
    }

    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "task_id": "\(job.id)", "rel": "\(job.location)", "attempt": "\(job.attempts)",
        ]
        if job.kind != .conversion { metadata["kind"] = "\(job.kind)" }
        return metadata
    }

    func metadata(cause: String) -> Logger.Metadata {
        metadata.merging(["cause": "\(cause)"], uniquingKeysWith: { $1 })
    }
}
