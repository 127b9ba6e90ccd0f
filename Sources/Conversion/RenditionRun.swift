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

/// One attempt at the further renditions of a lesson: make them beside the lesson, add them to it, finish.
///
/// What an attempt that ended in the middle has finished is kept, and its keys with it.
struct RenditionRun {
    let attempt: Attempt

    private var job: Job { attempt.job }
    private var service: ConversionService { attempt.service }

    func run() {
        guard let room = service.space.reserve(job.bytes) else { return attempt.waitForSpace() }
        service.log.info("renditions_started", metadata: attempt.metadata)
        do {
            guard let work = try openWork() else {
                return attempt.wait(because: "another process works on it")
            }
            run(work, room)
        } catch {
            end(error)
        }
    }

    /// The lesson as it is, and the directory for this version of it. Nil where another process works in that.
    private func openWork() throws -> RenditionWork? {
        guard let lesson = try service.files.openLesson(at: job.location) else {
            throw ConversionFailure.lessonGone
        }
        guard lesson.versionDirectory != nil else { throw ConversionFailure.lessonForeign }
        return try service.files.openRenditionWork(of: job.id, at: job.location, version: lesson.version)
    }

    private func run(_ work: borrowing RenditionWork, _ room: ConversionSpace.Reservation) {
        let start = service.clock.monotonicNanoseconds()
        var isForSpace = false
        do {
            if let made = try make(work, room) {
                service.callbackWakeUp.signal()
                report(made, since: start)
            } else {
                service.metrics.renditions.ended(.returned, seconds: 0, videoSeconds: 0, made: 0)
                service.log.warning("lease_lost", metadata: attempt.metadata)
            }
        } catch {
            let failure = attempt.failure(error)
            isForSpace = failure.isForSpace
            end(failure)
        }
        tidy(work, isForSpace: isForSpace)
    }

    private func end(_ error: any Error) {
        service.metrics.renditions.ended(attempt.end(error), seconds: 0, videoSeconds: 0, made: 0)
    }

    /// Removes what no other attempt will take up, and what would keep the disk full.
    private func tidy(_ work: borrowing RenditionWork, isForSpace: Bool) {
        do {
            let isOver = try service.database.jobs.job(job.id)?.status.isEnd ?? true
            if isOver || isForSpace { try work.remove() }
        } catch {
            // Swept at the next start.
            service.log.warning("renditions_not_removed", metadata: attempt.metadata(cause: "\(error)"))
        }
    }

    /// Nil where the lease was lost on the way, and nothing was published.
    private func make(
        _ work: borrowing RenditionWork, _ room: ConversionSpace.Reservation
    ) throws -> RenditionsResult? {
        if let result = try publishedBefore() { return try finish(result) {} ? result : nil }
        let keeper = try LeaseKeeper(attempt)
        var revision: LessonRevision?
        var retiring: [(RenditionName, Retirement)] = []
        let result = try keeper.during {
            let order = try order(work)
            let result = try service.renditionMaker.makeRenditions(order, watch(keeper, room))
            guard result.renditions.contains(where: { $0.name != .first }) else { return result }
            let output = try RenditionOutput(work, result, before: try facts(), now: service.clock.now())
            revision = try work.prepare(
                output.files, keys: output.keys, playlist: output.playlist, facts: output.facts)
            guard revision != nil else { throw ConversionFailure.lessonGone }
            if result.firstGivesWay { retiring = [(.first, try retirement())] }
            return result
        }
        let isPublished = try finish(result) {
            guard try revision?.publish(retiring: retiring) ?? true else {
                throw ConversionFailure.lessonGone
            }
        }
        return isPublished ? result : nil
    }

    private func finish(_ result: RenditionsResult, _ publish: () throws -> Void) throws -> Bool {
        let upload = try service.database.jobs.latest(job.location)
        return try service.database.jobs.finish(
            job.id, worker: attempt.worker, duration: result.duration,
            callback: service.callbacks.renditions(of: upload ?? job, duration: result.duration),
            now: service.clock.now(), publish: publish)
    }

    /// What an attempt added to the lesson that died before it could say so; nil where there was none.
    private func publishedBefore() throws -> RenditionsResult? {
        guard let lesson = try service.files.openLesson(at: job.location), try lesson.isMultivariant(),
            let facts = try facts()
        else { return nil }
        return RenditionsResult(
            renditions: facts.renditions, firstGivesWay: !facts.retired.isEmpty, duration: facts.duration,
            plan: "published before")
    }

    private func facts() throws -> RenditionFacts? {
        try service.files.openLesson(at: job.location)?.read(LessonFile.facts).flatMap {
            RenditionFacts(reading: $0)
        }
    }

    private func retirement() throws -> Retirement {
        guard let lesson = try service.files.openLesson(at: job.location) else {
            throw ConversionFailure.lessonGone
        }
        return try service.keeping.retirement(of: lesson, now: service.clock.now())
    }

    // MARK: What is asked for

    private func order(_ work: borrowing RenditionWork) throws -> RenditionsOrder {
        let hasOriginal = try !job.sourcePath.isEmpty && service.files.size(of: job.sourcePath) != nil
        var options = service.options
        let counts = try? service.database.jobs.counts()
        options.threads = service.threads.threads(
            unfinished: counts.map { $0[.processing] + ($0.renditions[.processing] ?? 0) })
        return RenditionsOrder(
            source: hasOriginal ? .file(service.files.absolutePath(job.sourcePath)) : .segments,
            lesson: service.files.absolutePath(StoredFile.lesson(job.location)), directory: work.filesPath,
            keys: try keys(work), options: options)
    }

    /// A key for each rendition that may be made, those of an earlier attempt where there was one; and the first one's.
    private func keys(_ work: borrowing RenditionWork) throws -> [RenditionName: ContentKey] {
        var keys: [RenditionName: ContentKey] = [:]
        var new: [RenditionName: [UInt8]] = [:]
        // One for each rung, the best one, and one more that takes a copy's place.
        for name in RenditionName.all.dropFirst().prefix(service.options.ladder.rungs.count + 2) {
            if let key = try work.key(of: name).flatMap({ ContentKey(bytes: $0) }) {
                keys[name] = key
            } else {
                let key = ContentKey.random()
                keys[name] = key
                new[name] = key.bytes
            }
        }
        try work.writeKeys(new)
        keys[.first] = try service.files.openLesson(at: job.location)?.read(LessonFile.key)
            .flatMap { ContentKey(bytes: $0) }
        return keys
    }

    private func watch(_ keeper: LeaseKeeper, _ room: ConversionSpace.Reservation) -> RenditionsWatch {
        RenditionsWatch(
            cancellation: keeper.cancellation,
            deadline: { .seconds(service.timeout ?? ConversionService.defaultTimeout(duration: $0)) },
            planned: { planned in keeper.note(planned.map { RenditionProgress($0) }) },
            progress: { share in
                keeper.note(share)
                room.note(share)
            },
            renditionProgress: { name, share in keeper.note(name, share) },
            log: { service.log.debug("libav", metadata: ["task_id": "\(job.id)", "line": "\($0)"]) })
    }

    private func report(_ result: RenditionsResult, since start: UInt64) {
        let seconds = Double(service.clock.monotonicNanoseconds() - start) / 1e9
        let made = result.renditions.count { $0.name != .first }
        service.metrics.renditions.ended(
            .completed, seconds: seconds, videoSeconds: result.duration, made: made)
        service.log.info(
            "renditions_finished",
            metadata: attempt.metadata.merging(
                [
                    "seconds": "\(Int(seconds * 1000))e-3", "duration": "\(result.duration)",
                    "made": "\(made)",
                    "plan": "\(result.plan.split(separator: "\n").joined(separator: "; "))",
                ], uniquingKeysWith: { $1 }))
    }
}

extension RenditionProgress {
    fileprivate init(_ planned: PlannedRendition) {
        self.init(
            name: planned.name, size: PictureSize(width: planned.width, height: planned.height),
            frameRate: planned.frameRate)
    }
}
