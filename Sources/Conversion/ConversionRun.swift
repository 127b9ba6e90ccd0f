import Callbacks
import Crypto
import Database
import Domain
import Files
import Formats
import Logging
import MediaClient
import MediaProtocol
import System

/// One attempt at one job: look, convert into a staging directory, publish, finish.
struct ConversionRun {
    let attempt: Attempt

    private var job: Job { attempt.job }
    private var worker: String { attempt.worker }
    private var service: ConversionService { attempt.service }
    private var source: String { service.files.absolutePath(job.sourcePath) }

    func run() {
        guard let room = service.space.reserve(job.bytes) else { return attempt.waitForSpace() }
        run(room)
    }

    private func run(_ room: ConversionSpace.Reservation) {
        let start = service.clock.monotonicNanoseconds()
        service.log.info("conversion_started", metadata: attempt.metadata)
        do {
            let result = try convert(room)
            guard let result else {
                service.metrics.ended(.returned, .unknown, seconds: 0, videoSeconds: 0)
                return service.log.warning("lease_lost", metadata: attempt.metadata)
            }
            service.callbackWakeUp.signal()
            attempt.removeUpload(of: job)
            let seconds = Double(service.clock.monotonicNanoseconds() - start) / 1e9
            service.metrics.ended(
                .completed, result.rendition.isCopy ? .copy : .transcode, seconds: seconds,
                videoSeconds: result.duration
            )
            service.log.info(
                "conversion_finished",
                metadata: attempt.metadata.merging(
                    [
                        "seconds": "\(seconds.plain)", "duration": "\(result.duration.plain)",
                        "plan": "\(result.plan.split(separator: "\n").joined(separator: "; "))",
                    ], uniquingKeysWith: { $1 }))
        } catch {
            let outcome = attempt.end(error)
            service.metrics.ended(outcome, .unknown, seconds: 0, videoSeconds: 0)
        }
    }

    /// Nil where the lease was lost on the way, and nothing was published.
    private func convert(_ room: ConversionSpace.Reservation) throws -> ConversionResult? {
        guard try service.files.size(of: job.sourcePath) != nil else { throw ConversionFailure.uploadMissing }
        defer { extendLifetime(room) }
        let keeper = try LeaseKeeper(attempt)
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
                service.log.warning("poster_failed", metadata: attempt.metadata(cause: failure))
            }
            try staging.writeKey(key.bytes)
            try writeFacts(result, staging)
            try staging.sync()
            kept = keepReplaced(staging)
            return result
        }
        defer { extendLifetime(kept) }
        try describe(result)
        return try publish(staging, result) ? result : nil
    }

    /// What the first rendition is, where its numbers can be; a lesson without is a lesson all the same.
    private func writeFacts(
        _ result: ConversionResult, _ staging: borrowing StagingDirectory
    ) throws(FileError) {
        let facts = RenditionFacts(
            duration: result.duration, renditions: [result.rendition], since: service.clock.now())
        if let facts { try staging.writeFacts(facts.serialized()) }
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
            callback: service.callbacks.success(of: job, duration: result.duration),
            followedBy: renditions(after: result), now: service.clock.now()
        ) {
            try staging.publish(as: job.location)
            try service.files.keepOriginal(job.sourcePath, of: job.location, as: job.filename)
        }
    }

    /// The job that makes the lesson's other renditions; nil where it is to have no more.
    private func renditions(after result: ConversionResult) -> NewJob? {
        guard !result.isComplete else { return nil }
        return NewJob(
            renditionsOf: job.location, source: StoredFile.original(job.filename, of: job.location),
            filename: job.filename, ladder: service.options.ladder, duration: result.duration,
            film: job.bytes, successCallbackURL: job.successCallbackURL)
    }

    /// Keeps the version that is about to be replaced. Where that fails, its viewers have to load the playlist again, and
    /// the new one is published all the same.
    private func keepReplaced(_ staging: borrowing StagingDirectory) -> KeptVersions? {
        do throws(FileError) {
            guard let lesson = try service.files.openLesson(at: job.location) else { return nil }
            return try staging.keepReplaced(
                at: job.location, service.keeping.retirement(of: lesson, now: service.clock.now()),
                limit: service.keeping.limit)
        } catch {
            service.log.warning("replaced_not_kept", metadata: attempt.metadata(cause: "\(error)"))
            return nil
        }
    }
}
