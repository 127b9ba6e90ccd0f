import Database
import Domain
import Testing

/// The rules of replacement and deletion, as `JobQueue` states them.
@Suite struct ReplacementTests {
    @Test(arguments: Engine.all) func aNewerUploadSupersedesTheOneThatWaits(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let old = try fixture.enqueue("t/c/m/l")
        let bystander = try fixture.enqueue("t/c/m/other")
        let superseded = try jobs.enqueue(newJob("t/c/m/l"), now: at(9))
        #expect(superseded.map(\.id) == [old])
        #expect(try jobs.job(old)?.error == .superseded)
        #expect(try fixture.status(bystander) == .queued)
    }

    @Test(arguments: Engine.all) func aNewerUploadWaitsForTheOneThatRuns(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let old = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim()
        let new = try fixture.enqueue("t/c/m/l")
        let other = try fixture.enqueue("t/c/m/other")
        #expect(try fixture.claim("x")?.id == other)
        #expect(try fixture.claim("y") == nil)
        #expect(try jobs.finish(old, worker: "w", duration: 1, callback: nil, now: at(2000)) {})
        #expect(try fixture.claim("y")?.id == new)
    }

    @Test(arguments: Engine.all) func anAttemptThatEndsBadlyGivesWayToTheNewerUpload(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        for end in ["fail", "release", "crash"] {
            let rel = "t/c/m/\(end)"
            let old = try fixture.enqueue(rel)
            _ = try fixture.claim("w", at: 1000)
            let new = try fixture.enqueue(rel)
            switch end {
            case "fail":
                let outcome = try jobs.fail(
                    old, worker: "w", failure: .converterCrashed, .passing, callback: nil, now: at(1))
                guard case .ended(let job) = outcome else { throw Unexpected(outcome) }
                #expect(job.id == old)
            case "release": #expect(try jobs.release(old, worker: "w", now: at(1))?.id == old)
            default: break
            }
            #expect(try fixture.claim("x", at: 100_000)?.id == new)
            #expect(try fixture.status(old) == .superseded)
        }
    }

    @Test(arguments: Engine.all) func aWorkerThatSleptThroughItsLeasePublishesNothing(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let old = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim("sleeper", at: 1000)
        let new = try fixture.enqueue("t/c/m/l")
        #expect(try fixture.claim("quick", at: 100_000)?.id == new)
        #expect(
            try !jobs.finish(old, worker: "sleeper", duration: 1, callback: nil, now: at(100_001)) {
                Issue.record("the older result was published")
            })
    }

    @Test(arguments: Engine.all) func theNewestJobSpeaksForItsLocation(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let location = try #require(LessonLocation("t/c/m/l"))
        try fixture.enqueue("t/c/m/l")
        let new = try fixture.enqueue("t/c/m/l")
        let unknown = try #require(LessonLocation("nobody/nothing"))
        #expect(try jobs.latest(location)?.id == new)
        #expect(try jobs.latest(of: [location, unknown]).mapValues(\.id) == [location: new])
        var seen: [TaskID?] = []
        try jobs.withLatest(location) { seen.append($0?.id) }
        try jobs.withLatest(unknown) { seen.append($0?.id) }
        #expect(seen == [new, nil])
        #expect(throws: Unexpected.self) { try jobs.withLatest(location) { throw Unexpected($0?.id as Any) } }
    }

    @Test(arguments: Engine.all) func deletionEndsWhatIsQueuedAndRunningAndForgetsThePast(engine: Engine)
        throws
    {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let location = try #require(LessonLocation("t/c/m/l"))
        let running = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim()
        let waiting = try fixture.enqueue("t/c/m/l")
        let bystander = try fixture.enqueue("t/c/m/l2")
        let ended = try jobs.cancelAll(location, now: at(2000)) {}
        #expect(Set(ended.map(\.id)) == [running, waiting])
        #expect(try jobs.job(running)?.error == .cancelled)
        #expect(try !jobs.heartbeat(running, worker: "w", progress: 1, lease: .seconds(10), now: at(2001)))
        #expect(try jobs.latest(location) == nil)
        #expect(try fixture.status(bystander) == .queued)
        #expect(try jobs.cancelAll(location, now: at(3000), remove: {}).isEmpty)
        let again = try fixture.enqueue("t/c/m/l")
        #expect(try jobs.latest(location)?.id == again)
    }
}
