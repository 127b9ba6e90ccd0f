import Database
import Domain
import Testing

/// Lists, numbers and pruning.
@Suite struct CareTests {
    @Test(arguments: Engine.all) func listsAreNewestFirstAndFiltered(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let done = try fixture.complete("t/c/m/l", at: 1)
        let waiting = try fixture.enqueue("t/c/m/l")
        let other = try fixture.enqueue("t/c/m/other")
        let rel = try #require(LessonLocation("t/c/m/l"))
        #expect(try jobs.list(limit: 10).map(\.id) == [other, waiting, done])
        #expect(try jobs.list(limit: 1).map(\.id) == [other])
        #expect(try jobs.list(location: rel, limit: 10).map(\.id) == [waiting, done])
        #expect(try jobs.list(status: .queued, limit: 10).map(\.id) == [other, waiting])
        #expect(try jobs.list(location: rel, status: .completed, limit: 10).map(\.id) == [done])
        #expect(try jobs.list(status: .failed, limit: 10).isEmpty)
        #expect(try jobs.list(limit: -1).isEmpty)
    }

    @Test(arguments: Engine.all) func countsSayWhatThereIsAndSinceWhenTheOldestWaits(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        #expect(
            try jobs.counts()
                == JobCounts(byStatus: [:], renditions: [:], oldestQueued: nil, waitingForSpace: 0))
        _ = try fixture.complete("t/c/m/l", at: 1)
        try fixture.enqueue("t/c/m/a", at: 70)
        try fixture.enqueue("t/c/m/b", at: 80)
        let counts = try jobs.counts()
        #expect(counts.byStatus == [.completed: 1, .queued: 2])
        #expect(counts.oldestQueued == at(70) && counts[.failed] == 0)
    }

    @Test(arguments: Engine.all) func pruningKeepsTheNewestOfEachLessonAndWhatIsYoung(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let old = try fixture.complete("t/c/m/l", at: 10)
        let newest = try fixture.complete("t/c/m/l", at: 20)
        let alone = try fixture.complete("t/c/m/alone", at: 10)
        let deleted = try fixture.complete("t/c/m/deleted", at: 10)
        try jobs.cancelAll(#require(LessonLocation("t/c/m/deleted")), now: at(11)) {}
        #expect(try jobs.prune(endedBefore: at(10)) == 0)
        #expect(try jobs.prune(endedBefore: at(1000), limit: 1) == 1)
        #expect(try jobs.prune(endedBefore: at(1000)) == 1)
        #expect(try jobs.prune(endedBefore: at(1000)) == 0)
        #expect(try jobs.job(old) == nil && jobs.job(deleted) == nil)
        #expect(try jobs.job(newest) != nil && jobs.job(alone) != nil)
    }
}

extension Fixture {
    fileprivate func complete(_ rel: String, at time: Int64) throws -> TaskID {
        let id = try enqueue(rel, at: time)
        _ = try claim(at: time)
        #expect(
            try jobs.finish(
                id, worker: "w", duration: 1, callback: nil, now: Timestamp(milliseconds: time), publish: {}))
        return id
    }
}
