import Database
import Domain
import Testing

@Suite struct JobQueueTests {
    @Test(arguments: Engine.all) func aJobComesBackAsItWasStored(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        var new = try newJob("t/c/m/l")
        new.successCallbackURL = "https://site.example/done"
        #expect(try jobs.enqueue(new, now: at(5)).isEmpty)
        let job = try #require(try jobs.job(new.id))
        #expect(job.location == new.location && job.filename == new.filename && job.bytes == new.bytes)
        #expect(job.sourcePath == new.sourcePath && job.successCallbackURL == new.successCallbackURL)
        #expect(job.status == .queued && job.progress == 0 && job.attempts == 0 && job.error == nil)
        #expect(job.createdAt == at(5) && job.updatedAt == at(5) && job.errorCallbackURL == nil)
    }

    @Test(arguments: Engine.all) func anUnknownJobIsNil(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        #expect(try jobs.job(newJob("t/c/m/l").id) == nil)
        #expect(try jobs.latest(#require(LessonLocation("t/c/m/l"))) == nil)
    }

    @Test(arguments: Engine.all) func aJobGoesFromQueuedToCompleted(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        let claimed = try #require(try fixture.claim())
        #expect(claimed.id == id && claimed.status == .processing && claimed.attempts == 1)
        #expect(try fixture.claim("other") == nil)
        #expect(try jobs.describe(id, worker: "w", duration: 12.5, plan: "copy", now: at(1100)))
        #expect(try jobs.heartbeat(id, worker: "w", progress: 0.5, lease: .seconds(10), now: at(1200)))
        var published = 0
        #expect(
            try jobs.finish(id, worker: "w", duration: nil, callback: nil, now: at(1300)) { published += 1 })
        let job = try #require(try jobs.job(id))
        #expect(published == 1)
        #expect(job.status == .completed && job.progress == 1 && job.duration == 12.5 && job.plan == "copy")
        #expect(job.size == PictureSize(width: 640, height: 360))
    }

    @Test(arguments: Engine.all) func aListGoesOnBehindAnyJob(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let ids = try (0..<5).map { try fixture.enqueue("t/c/m/l\($0)") }
        var found: [TaskID] = []
        var page = try fixture.jobs.list(location: nil, status: .queued, after: nil, limit: 2)
        while let jobs = page, let last = jobs.last {
            found += jobs.map(\.id)
            page = try fixture.jobs.list(location: nil, status: .queued, after: last.id, limit: 2)
        }
        #expect(found == ids.reversed())
        let unknown = try newJob("t/c/m/l").id
        #expect(try fixture.jobs.list(location: nil, status: nil, after: unknown, limit: 2) == nil)
    }

    @Test(arguments: Engine.all) func placesComeInTheOrderOfTheirBytesAndWithoutTheDeleted(engine: Engine)
        throws
    {
        let fixture = try Fixture(engine)
        for rel in ["b/c/m/l", "a/c/m/l", "a-b/c/m/l", "a/c/m/gone", "u/video", "a/c/m/l"] {
            try fixture.enqueue(rel)
        }
        try fixture.jobs.cancelAll(#require(LessonLocation("a/c/m/gone")), now: at(1)) {}
        func places(after: String, before end: String, limit: Int = 10) throws -> [String] {
            try fixture.jobs.locations(after: after, before: end, limit: limit).map(\.description)
        }
        #expect(try places(after: "", before: "~") == ["a-b/c/m/l", "a/c/m/l", "b/c/m/l", "u/video"])
        #expect(try places(after: "a-b/c/m/l", before: "~", limit: 2) == ["a/c/m/l", "b/c/m/l"])
        #expect(try places(after: "a/", before: "a0") == ["a/c/m/l"])
    }

    @Test(arguments: Engine.all) func aJobMayArriveFailedAndDisturbsNobody(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let waiting = try fixture.enqueue("t/c/m/l")
        let new = try newJob("t/c/m/l")
        let failure = JobFailure(code: "unsupported_media", message: "That is no video.")
        try jobs.addFailed(new, failure, now: at(7)) { job in
            NewCallback(id: "msg_\(job.id)", url: "https://site.example", body: [UInt8(ascii: "x")])
        }
        let job = try #require(try jobs.job(new.id))
        #expect(job.status == .failed && job.error == failure && job.createdAt == at(7) && job.attempts == 0)
        #expect(try fixture.database.callbacks.callbacks(of: new.id).map(\.id) == ["msg_\(new.id)"])
        #expect(try jobs.job(waiting)?.status == .queued)
        #expect(try fixture.claim()?.id == waiting)
    }

    @Test(arguments: Engine.all) func progressNeverFallsWithinAnAttempt(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim()
        for (said, kept) in [(0.5, 0.5), (0.3, 0.5), (7.0, 1.0)] {
            _ = try jobs.heartbeat(id, worker: "w", progress: said, lease: .seconds(10), now: at(1200))
            #expect(try jobs.job(id)?.progress == kept)
        }
    }

    @Test(arguments: Engine.all) func nobodyButTheHolderMovesAJob(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim("w")
        #expect(try !jobs.heartbeat(id, worker: "x", progress: 1, lease: .seconds(10), now: at(1)))
        #expect(try !jobs.describe(id, worker: "x", duration: 1, plan: "p", now: at(1)))
        #expect(
            try !jobs.finish(id, worker: "x", duration: 1, callback: nil, now: at(1)) {
                Issue.record("published by a stranger")
            })
        let outcome = try jobs.fail(
            id, worker: "x", failure: .cancelled, .lasting, callback: nil, now: at(1))
        #expect(outcome == .lost)
        try jobs.release(id, worker: "x", now: at(1))
        #expect(try fixture.status(id) == .processing)
    }

    @Test(arguments: Engine.all) func aPublicationThatFailsLeavesTheJobLeased(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        struct DiskFull: Error {}
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim()
        #expect(throws: DiskFull.self) {
            try jobs.finish(id, worker: "w", duration: 1, callback: nil, now: at(2)) { throw DiskFull() }
        }
        #expect(try fixture.status(id) == .processing)
    }

    @Test(arguments: Engine.all) func aFailureThatCannotPassEndsTheJob(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim()
        let failure = JobFailure(code: "unsupported_media", message: "No video.")
        let outcome = try jobs.fail(
            id, worker: "w", failure: failure, .lasting, callback: nil, now: at(2000))
        guard case .ended(let job) = outcome else { throw Unexpected(outcome) }
        #expect(job.status == .failed && job.error == failure)
        #expect(try fixture.claim(at: 1_000_000) == nil)
    }

    @Test(arguments: Engine.all) func aFailureThatMayPassComesBackAfterItsPauseAndNotBefore(engine: Engine)
        throws
    {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim(at: 1000)
        let failure = JobFailure(code: "disk_full", message: "No space left.")
        let outcome = try jobs.fail(
            id, worker: "w", failure: failure, .passing, callback: nil, now: at(45_000))
        #expect(outcome == .willRetry)
        #expect(try jobs.nextWake() == at(60_000))
        #expect(try fixture.claim(at: 59_999) == nil)
        let again = try #require(try fixture.claim(at: 60_000))
        #expect(again.id == id && again.attempts == 2 && again.progress == 0)
    }

    @Test(arguments: Engine.all) func aFailureThatMayPassIsFinalAfterTheLastAttempt(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        let failure = JobFailure(code: "disk_full", message: "No space left.")
        for attempt in 1...QueueRules.maxAttempts {
            let now = Int64(attempt) * 10_000_000
            _ = try #require(try fixture.claim(at: now))
            let outcome = try jobs.fail(
                id, worker: "w", failure: failure, .passing, callback: nil, now: at(now))
            #expect((outcome == .willRetry) == (attempt < QueueRules.maxAttempts))
        }
        #expect(try fixture.status(id) == .failed)
    }

    @Test(arguments: Engine.all) func aReleasedAttemptDoesNotCount(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim()
        #expect(try jobs.release(id, worker: "w", now: at(1500)) == nil)
        let job = try #require(try jobs.job(id))
        #expect(job.status == .queued && job.attempts == 0)
        #expect(try fixture.claim("other")?.id == id)
    }

    @Test(arguments: Engine.all) func aFailedJobCanBeRetriedAndAnyOtherNot(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        #expect(try jobs.retry(id, now: at(1)) == nil)
        _ = try fixture.claim()
        _ = try jobs.fail(
            id, worker: "w", failure: .converterCrashed, .lasting, callback: nil, now: at(2))
        #expect(try jobs.retry(id, now: at(3))?.status == .queued)
        #expect(try fixture.claim()?.id == id)
    }

    @Test(arguments: Engine.all) func aFailedJobIsNotRetriedOverANewerUpload(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let old = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim()
        _ = try jobs.fail(
            old, worker: "w", failure: .converterCrashed, .lasting, callback: nil, now: at(2))
        try fixture.enqueue("t/c/m/l")
        #expect(try jobs.retry(old, now: at(3)) == nil)
        #expect(try fixture.status(old) == .failed)
    }
}

/// Thrown by a test that met an outcome it did not expect.
struct Unexpected: Error {
    let what: String

    init(_ what: some Any) {
        self.what = "\(what)"
    }
}
