import Database
import Domain
import Testing

/// Jobs that wait for free space.
@Suite struct SpacePauseTests {
    @Test(arguments: Engine.all) func `All that could run wait, say why, and run when the pause is over`(
        engine: Engine
    ) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let running = try fixture.enqueue("t/c/m/running")
        #expect(try fixture.claim("w", at: 1000)?.id == running)
        let first = try fixture.enqueue("t/c/m/first")
        let second = try fixture.enqueue("t/c/m/second")
        #expect(try postpone(jobs, until: 16_000, at: 1000) == 2)
        #expect(try postpone(jobs, until: 17_000, at: 2000) == 0)
        #expect(try fixture.claim("w", at: 2000) == nil)
        #expect(try jobs.job(first)?.error == .insufficientStorage)
        #expect(try jobs.counts().waitingForSpace == 2)
        #expect(try jobs.job(running)?.status == .processing)
        // Those whose pause is over are among them again.
        #expect(try jobs.heartbeat(running, worker: "w", progress: 0, lease: .seconds(90), now: at(2000)))
        #expect(try postpone(jobs, until: 31_000, at: 16_000) == 2)
        #expect(try fixture.claim("w", at: 30_999) == nil)
        let next = try #require(try fixture.claim("w", at: 31_000))
        #expect((next.id, next.attempts, next.error) == (first, 1, nil))
        #expect(try fixture.claim("w", at: 31_000)?.id == second)
        #expect(try jobs.counts().waitingForSpace == 0)
    }

    @Test(arguments: Engine.all) func `A pause that another failure began is not shortened`(engine: Engine)
        throws
    {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim("w", at: 1000)
        let failure = JobFailure(code: "insufficient_resources", message: "memory")
        #expect(
            try jobs.fail(
                id, worker: "w", failure: failure, .passing, callback: nil, now: at(85_000))
                == .willRetry)
        #expect(try postpone(jobs, until: 16_000, at: 1000) == 0)
        #expect(try jobs.job(id)?.error == failure)
        #expect(try fixture.claim("w", at: 99_999) == nil)
    }

    @Test(arguments: Engine.all) func `One that has begun is given back without counting as an attempt`(
        engine: Engine
    ) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        for time in [1000, 16_000, 31_000] as [Int64] {
            #expect(try fixture.claim("w", at: time)?.attempts == 1)
            #expect(
                try jobs.release(
                    id, worker: "w", retryAt: at(time + 15_000), because: .insufficientStorage, now: at(time))
                    == nil)
            let job = try #require(try jobs.job(id))
            #expect((job.status, job.attempts, job.error) == (.queued, 0, .insufficientStorage))
        }
    }

    @Test(arguments: Engine.all) func `One that has begun ends where a newer one of its lesson waits`(
        engine: Engine
    ) throws {
        let fixture = try Fixture(engine)
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim("w", at: 1000)
        let newer = try fixture.enqueue("t/c/m/l")
        let ended = try fixture.jobs.release(
            id, worker: "w", retryAt: at(16_000), because: .insufficientStorage, now: at(1000))
        #expect((ended?.status, ended?.error) == (.superseded, .superseded))
        #expect(try fixture.claim("w", at: 1000)?.id == newer)
    }

    @Test(arguments: Engine.all) func `Jobs of dead workers are taken from them and wait too`(engine: Engine)
        throws
    {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let dead = try fixture.enqueue("t/c/m/dead")
        let kept = try fixture.enqueue("t/c/m/kept")
        #expect(try fixture.claim("dead", at: 1000)?.id == dead)
        #expect(try fixture.claim("alive", at: 1000)?.id == kept)
        try jobs.endLeases(now: at(1500)) { $0 == "alive" }
        #expect(try postpone(jobs, until: 16_500, at: 1500) == 1)
        let job = try #require(try jobs.job(dead))
        #expect((job.status, job.error, job.attempts) == (.queued, .insufficientStorage, 1))
        #expect(try fixture.status(kept) == .processing)
        // No worker looks again before the pause or the other lease ends.
        #expect(try jobs.nextWake() == at(11_000))
    }

    @Test(arguments: Engine.all) func `One whose worker died once too often ends, and its callback is stored`(
        engine: Engine
    ) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let id = try fixture.enqueue("t/c/m/l")
        for crash in 1...Int64(QueueRules.maxCrashes) {
            let now = crash * 1_000_000
            #expect(try fixture.claim("dead", at: now)?.id == id)
            try jobs.endLeases(now: at(now)) { _ in false }
            let count = try jobs.postpone(
                until: at(now), because: .insufficientStorage, now: at(now)
            ) { _ in NewCallback(id: "msg_1", url: "https://site.example/", body: [1]) }
            // At once after the first, in a pause after the second.
            #expect(count == (crash == 1 ? 1 : 0))
        }
        #expect(try jobs.job(id)?.error == .converterCrashed)
        #expect(try fixture.database.callbacks.callbacks(of: id).map(\.body) == [[1]])
    }

    private func postpone(_ jobs: any JobQueue, until retryAt: Int64, at now: Int64) throws -> Int {
        try jobs.postpone(until: at(retryAt), because: .insufficientStorage, now: at(now)) { _ in nil }
    }
}
