import Callbacks
import Crypto
import Database
import Domain
import Files
import Logging
import MediaClient
import MediaProtocol
import System

/// One attempt at one job: look, convert into a staging directory, publish, finish.
struct ConversionRun {
    let job: Job
    let worker: String
    let service: ConversionService
    let stop: StopSignal

    private var source: String { service.files.absolutePath(job.sourcePath) }

    func run() {
        guard let room = service.space.reserve(job.bytes) else { return waitForSpace() }
        attempt(room)
    }

    private func attempt(_ room: ConversionSpace.Reservation) {
        let start = service.clock.monotonicNanoseconds()
        service.log.info("conversion_started", metadata: metadata)
        do {
            let result = try convert(room)
            guard let result else {
                service.metrics.ended(.returned, .unknown, seconds: 0, videoSeconds: 0)
                return service.log.warning("lease_lost", metadata: metadata)
            }
            service.callbackWakeUp.signal()
            removeUpload(of: job)
            let seconds = Double(service.clock.monotonicNanoseconds() - start) / 1e9
            service.metrics.ended(
                .completed, result.rendition.isCopy ? .copy : .transcode, seconds: seconds,
                videoSeconds: result.duration
            )
            service.log.info(
                "conversion_finished",
                metadata: metadata.merging(
                    [
                        "seconds": "\(seconds.plain)", "duration": "\(result.duration.plain)",
                        "plan": "\(result.plan.split(separator: "\n").joined(separator: "; "))",
                    ], uniquingKeysWith: { $1 }))
        } catch {
            let outcome = end(failure(error))
            service.metrics.ended(outcome, .unknown, seconds: 0, videoSeconds: 0)
        }
    }

    /// Nil where the lease was lost on the way, and nothing was published.
    private func convert(_ room: ConversionSpace.Reservation) throws -> ConversionResult? {
        guard try service.files.size(of: job.sourcePath) != nil else { throw ConversionFailure.uploadMissing }
        defer { extendLifetime(room) }
        let keeper = try LeaseKeeper(job: job, worker: worker, service: service, stop: stop)
        let staging = try service.files.makeStagingDirectory(task: job.id)
        let key = ContentKey.random()
        // Kept in there too: it waits for other replacements, and may copy.
        var kept: KeptVersions?
        let result = try keeper.during {
            var result = try service.media.convert(
                source, into: staging.path, key: key, options: options, watch(keeper, room))
            let output = try ConverterOutput(staging)
            try staging.replacePlaylist(with: output.playlist)
            result.duration = output.duration
            if let failure = result.posterFailure {
                service.log.warning("poster_failed", metadata: metadata(cause: failure))
            }
            try staging.writeKey(key.bytes)
            try staging.sync()
            kept = keepReplaced(staging)
            return result
        }
        defer { extendLifetime(kept) }
        try describe(result)
        return try publish(staging, result) ? result : nil
    }

    private func watch(_ keeper: LeaseKeeper, _ room: ConversionSpace.Reservation) -> ConversionWatch {
        ConversionWatch(
            cancellation: keeper.cancellation,
            deadline: { .seconds(service.timeout ?? ConversionService.defaultTimeout(duration: $0)) },
            progress: { share in
                keeper.note(share)
                room.note(share)
            },
            log: { service.log.debug("libav", metadata: ["task_id": "\(job.id)", "line": "\($0)"]) })
    }

    private var options: ConversionOptions {
        var options = service.options
        // Where the queue cannot be counted, as if it were full: the claim has said what is wrong.
        let counts = try? service.database.jobs.counts()
        options.threads = service.threads.threads(
            unfinished: counts.map { $0[.queued] + $0[.processing] })
        return options
    }

    private func describe(_ result: ConversionResult) throws {
        _ = try service.database.jobs.describe(
            job.id, worker: worker, duration: result.duration, plan: result.plan,
            codecs: [result.videoCodec, result.audioCodec].compactMap { $0 }.joined(separator: ","),
            size: PictureSize(width: result.width, height: result.height), now: service.clock.now())
    }

    /// Under the queue's lock, so that an attempt which lost its lease can never overwrite a newer result.
    private func publish(_ staging: borrowing StagingDirectory, _ result: ConversionResult) throws -> Bool {
        try service.database.jobs.finish(
            job.id, worker: worker, duration: result.duration,
            callback: service.callbacks.success(of: job, duration: result.duration), now: service.clock.now()
        ) {
            try staging.publish(as: job.location)
            try service.files.keepOriginal(job.sourcePath, of: job.location, as: job.filename)
        }
    }

    /// Keeps the version that is about to be replaced. Where that fails, its viewers have to load the playlist again, and
    /// the new one is published all the same.
    private func keepReplaced(_ staging: borrowing StagingDirectory) -> KeptVersions? {
        do throws(FileError) {
            guard let playlist = try service.files.openLesson(at: job.location)?.read(LessonFile.playlist)
            else {
                return nil
            }
            return try staging.keepReplaced(
                at: job.location, service.keeping.retirement(of: playlist, now: service.clock.now()),
                limit: service.keeping.limit)
        } catch {
            service.log.warning("replaced_not_kept", metadata: metadata(cause: "\(error)"))
            return nil
        }
    }

    // MARK: When it did not work

    private func failure(_ error: any Error) -> ConversionFailure {
        let failure = error as? ConversionFailure ?? ConversionFailure(error)
        // A full disk may end it before the lease keeper looks at the floor again.
        return failure.mayBeForSpace && !service.space.isKept() ? .outOfSpace : failure
    }

    private func end(_ failure: ConversionFailure) -> ConversionOutcome {
        do throws(DatabaseError) {
            return stop.isRaised && failure.isCancellation ? try putBack() : try fail(failure)
        } catch {
            note(endFailed: error)
            return .returned
        }
    }

    private func putBack() throws(DatabaseError) -> ConversionOutcome {
        service.log.info("conversion_put_back", metadata: metadata)
        return try release(at: service.clock.now(), because: nil)
    }

    /// Where nothing was begun, no attempt counts.
    private func waitForSpace() {
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
