import Database
import Domain
import Testing

/// What happens to the jobs of workers that die.
@Suite struct LeaseTests {
    @Test(arguments: Engine.all) func aJobThatSawOneCrashReturnsAsSoonAsItsLeaseIsOver(engine: Engine) throws
    {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim("dead", at: 1000)
        #expect(try jobs.nextWake() == at(11_000))
        #expect(try fixture.claim(at: 10_999) == nil)
        #expect(try fixture.status(id) == .processing)
        let again = try #require(try fixture.claim(at: 11_000))
        #expect(again.id == id && again.attempts == 2)
    }

    @Test(arguments: Engine.all) func aJobThatSawTwoCrashesReturnsAfterItsLeaseAndAPause(engine: Engine)
        throws
    {
        let fixture = try Fixture(engine)
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim("dead", at: 1000)
        #expect(try fixture.claim("dead too", at: 11_000)?.id == id)
        #expect(try fixture.claim(at: 21_000) == nil)
        #expect(try fixture.status(id) == .queued)
        #expect(try fixture.claim(at: 35_999) == nil)
        #expect(try fixture.claim(at: 36_000)?.attempts == 3)
    }

    @Test(arguments: Engine.all) func theLeasesOfADeadProcessEndAtOnceAndCountAsCrashes(engine: Engine) throws
    {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/dead")
        let kept = try fixture.enqueue("t/c/m/kept")
        #expect(try fixture.claim("dead", at: 1000)?.id == id)
        #expect(try fixture.claim("alive", at: 1000)?.id == kept)
        try jobs.endLeases(now: at(1500)) { $0 == "alive" }
        #expect(try fixture.claim("w", at: 1500)?.id == id)
        #expect(try fixture.claim("w", at: 1500) == nil)
        // The second crash is followed by a pause, and the third is the last.
        try jobs.endLeases(now: at(2000)) { $0 == "alive" }
        #expect(try fixture.claim("w", at: 2000) == nil)
        #expect(try fixture.claim("w", at: 17_000)?.attempts == 3)
        try jobs.endLeases(now: at(18_000)) { _ in false }
        #expect(try fixture.claim("w", at: 18_000)?.id == kept)
        #expect(try jobs.job(id)?.error == .converterCrashed)
    }

    @Test(arguments: Engine.all) func aWorkerWhoseLeaseWasEndedPublishesNothing(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim("thought dead", at: 1000)
        try jobs.endLeases(now: at(1500)) { _ in false }
        #expect(try fixture.claim("w", at: 1500)?.id == id)
        let isFinished = try jobs.finish(
            id, worker: "thought dead", duration: 1, callback: nil, now: at(1600)
        ) { Issue.record("published") }
        #expect(!isFinished)
    }

    @Test(arguments: Engine.all) func jobsThatSawACrashRunOneAtATimeAndOthersBesideThem(engine: Engine) throws
    {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let first = try fixture.enqueue("t/c/m/first")
        let second = try fixture.enqueue("t/c/m/second")
        for _ in 1...2 { _ = try fixture.claim("dead", at: 1000) }
        try jobs.endLeases(now: at(1500)) { _ in false }
        let fresh = try fixture.enqueue("t/c/m/fresh")
        #expect(try fixture.claim("w", at: 1500)?.id == first)
        #expect(try fixture.claim("w", at: 1500)?.id == fresh)
        #expect(try fixture.claim("w", at: 1500) == nil)
        #expect(try jobs.finish(first, worker: "w", duration: 1, callback: nil, now: at(1600)) {})
        #expect(try fixture.claim("w", at: 1600)?.id == second)
    }

    @Test(arguments: Engine.all) func aHeartbeatKeepsTheLease(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim("w", at: 1000)
        #expect(try jobs.heartbeat(id, worker: "w", progress: 0.1, lease: .seconds(10), now: at(10_000)))
        #expect(try fixture.claim("x", at: 19_999) == nil)
        #expect(try fixture.status(id) == .processing)
    }

    @Test(arguments: Engine.all) func aJobThatKillsItsProcessThreeTimesFailsAndReportsIt(engine: Engine)
        throws
    {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        let callback = NewCallback(id: "msg_1", url: "https://site.example/", body: [1, 2, 3])
        for crash in 1...QueueRules.maxCrashes {
            let next = try jobs.claim(
                worker: "dead", lease: .seconds(10), now: at(Int64(crash) * 1_000_000)
            ) { _ in
                Issue.record("ended early")
                return nil
            }
            // Taken from the dead, it pauses; asked again later, it is there.
            if next == nil {
                #expect(try fixture.claim("dead", at: Int64(crash) * 1_000_000 + 60_000)?.id == id)
            }
            #expect(try jobs.job(id)?.attempts == crash)
        }
        let end = try jobs.claim(worker: "w", lease: .seconds(10), now: at(9_000_000)) { job in
            #expect(job.id == id && job.status == .failed)
            return callback
        }
        #expect(end == nil)
        #expect(try jobs.job(id)?.error == .converterCrashed)
        #expect(try fixture.database.callbacks.callbacks(of: id).map(\.body) == [[1, 2, 3]])
    }

    @Test(arguments: Engine.all) func otherJobsRunWhileACrashingOneIsInItsPause(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let crasher = try fixture.enqueue("t/c/m/crasher")
        let good = try fixture.enqueue("t/c/m/good")
        #expect(try fixture.claim("dead", at: 1000)?.id == crasher)
        #expect(try fixture.claim("dead", at: 11_000)?.id == crasher)
        #expect(try fixture.claim("w", at: 21_000)?.id == good)
    }
}
