import Crypto
import Database
import Domain
import Files
import Logging
import Media
import Runtime

/// One attempt at one job: look, convert into a staging directory, publish, finish.
struct ConversionRun {
    let job: Job
    let worker: String
    let service: ConversionService
    let stop: StopSignal

    private var source: String { service.files.absolutePath(job.sourcePath) }

    func run() {
        let start = service.clock.monotonicNanoseconds()
        service.log.info("conversion_started", metadata: metadata)
        do {
            let result = try convert()
            guard let result else { return service.log.warning("lease_lost", metadata: metadata) }
            removeUpload(of: job)
            let seconds = Double(service.clock.monotonicNanoseconds() - start) / 1e9
            service.log.info(
                "conversion_finished",
                metadata: metadata.merging(
                    [
                        "seconds": "\(Int(seconds * 1000))e-3", "duration": "\(result.duration)",
                        "plan": "\(result.plan.split(separator: "\n").joined(separator: "; "))",
                    ], uniquingKeysWith: { $1 }))
        } catch {
            end(error as? ConversionFailure ?? ConversionFailure(error))
        }
    }

    /// Nil where the lease was lost on the way, and nothing was published.
    private func convert() throws -> ConversionResult? {
        guard try service.files.size(of: job.sourcePath) != nil else { throw ConversionFailure.uploadMissing }
        let probe = try Probe.examine(source, limits: .default)
        let seconds = service.timeout ?? ConversionService.defaultTimeout(duration: probe.duration)
        let cancellation = Cancellation(deadline: .seconds(seconds))
        let keeper = try LeaseKeeper(
            job: job, worker: worker, service: service, stop: stop, cancellation: cancellation)
        let staging = try service.files.makeStagingDirectory(task: job.id)
        let key = ContentKey.random()
        let result = try keeper.during {
            let result = try converter.convert(
                source, into: staging.path, key: key, cancellation: cancellation, progress: keeper.note)
            try staging.writeKey(key.bytes)
            try staging.sync()
            return result
        }
        try describe(result)
        return try publish(staging, result) ? result : nil
    }

    private var converter: HLSConverter {
        let log = service.log
        let id = job.id
        return HLSConverter(options: service.options) { line in
            log.debug("libav", metadata: ["task_id": "\(id)", "line": "\(line)"])
        }
    }

    private func describe(_ result: ConversionResult) throws {
        _ = try service.database.jobs.describe(
            job.id, worker: worker, duration: result.duration, plan: result.plan,
            codecs: [result.videoCodec, result.audioCodec].compactMap { $0 }.joined(separator: ","),
            now: service.clock.now())
    }

    /// Under the queue's lock, so that an attempt which lost its lease can never overwrite a newer result.
    private func publish(_ staging: borrowing StagingDirectory, _ result: ConversionResult) throws -> Bool {
        try service.database.jobs.finish(
            job.id, worker: worker, duration: result.duration, callback: nil, now: service.clock.now()
        ) {
            try staging.publish(as: job.location)
            try service.files.keepOriginal(job.sourcePath, of: job.location, as: job.filename)
        }
    }

    // MARK: When it did not work

    private func end(_ failure: ConversionFailure) {
        do throws(DatabaseError) {
            if stop.isRaised && failure.isCancellation {
                service.log.info("conversion_put_back", metadata: metadata)
                if let ended = try service.database.jobs.release(
                    job.id, worker: worker, now: service.clock.now())
                {
                    removeUpload(of: ended)
                }
                return
            }
            try fail(failure)
        } catch {
            // The lease runs out by itself, and the job returns.
            service.log.error("conversion_end_failed", metadata: metadata(cause: "\(error)"))
        }
    }

    private func fail(_ failure: ConversionFailure) throws(DatabaseError) {
        let now = service.clock.now()
        let pause = JobQueue.pause(afterAttempt: job.attempts)
        let retryAt = failure.mayPass ? now.adding(seconds: Int(pause.components.seconds)) : nil
        let outcome = try service.database.jobs.fail(
            job.id, worker: worker, failure: failure.forTask, retryAt: retryAt, callback: nil, now: now)
        service.log.warning("conversion_failed", metadata: metadata(cause: failure.cause))
        // A failed job keeps its upload: it can be tried again by hand.
        if case .ended(let ended) = outcome, ended.status == .superseded { removeUpload(of: ended) }
    }

    private func removeUpload(of job: Job) {
        do {
            try service.files.removeUpload(job.sourcePath)
        } catch {
            // Swept at the next start.
            service.log.warning("upload_not_removed", metadata: metadata(cause: "\(error)"))
        }
    }

    private var metadata: Logger.Metadata {
        ["task_id": "\(job.id)", "rel": "\(job.location)", "attempt": "\(job.attempts)"]
    }

    private func metadata(cause: String) -> Logger.Metadata {
        metadata.merging(["cause": "\(cause)"], uniquingKeysWith: { $1 })
    }
}
