import Database
import Domain
import Testing

@Suite struct CallbackOutboxTests {
    @Test(arguments: Engine.all) func aCallbackIsBornWithTheEndOfItsJob(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let outbox = fixture.database.callbacks
        let task = try fixture.finish()
        let stored = try #require(try outbox.callbacks(of: task).first)
        #expect(stored.status == .pending && stored.attempts == 0 && stored.body == Array("{}".utf8))
        #expect(try outbox.nextDue() == at(2000))
    }

    @Test(arguments: Engine.all) func aCallbackThatCannotBeStoredLeavesTheJobUnfinished(engine: Engine) throws
    {
        let fixture = try Fixture(engine)
        let outbox = fixture.database.callbacks
        _ = try fixture.finish(id: "msg_1")
        let task = try fixture.enqueue("t/c/m/l2")
        _ = try fixture.claim()
        let duplicate = NewCallback(id: "msg_1", url: "https://site.example/", body: [])
        #expect(throws: DatabaseError.self) {
            try fixture.jobs.finish(task, worker: "w", duration: 1, callback: duplicate, now: at(3000)) {}
        }
        #expect(try fixture.status(task) == .processing)
        #expect(try outbox.callbacks(of: task).isEmpty)
    }

    @Test(arguments: Engine.all) func aJobThatWillBeRetriedReportsNothing(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let outbox = fixture.database.callbacks
        let task = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim()
        let callback = NewCallback(id: "msg_1", url: "https://site.example/", body: [])
        let failure = JobFailure(code: "disk_full", message: "No space left.")
        for (kind, stored) in [(AttemptFailure.passing, 0), (.lasting, 1)] {
            _ = try fixture.jobs.fail(
                task, worker: "w", failure: failure, kind, callback: callback, now: at(1000))
            #expect(try outbox.callbacks(of: task).count == stored)
            _ = try fixture.claim(at: 100_000)
        }
    }

    @Test(arguments: Engine.all) func aClaimedCallbackIsNobodyElsesUntilItsLeaseIsOver(engine: Engine) throws
    {
        let fixture = try Fixture(engine)
        _ = try fixture.finish()
        #expect(try fixture.take(at: 1999).isEmpty)
        #expect(try fixture.take(at: 2000).map(\.attempts) == [1])
        #expect(try fixture.take(at: 31_999).isEmpty)
        #expect(try fixture.take(at: 32_000).map(\.attempts) == [2])
    }

    @Test(arguments: Engine.all) func aDeliveredCallbackIsDone(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let outbox = fixture.database.callbacks
        let task = try fixture.finish()
        _ = try fixture.take(at: 2000)
        #expect(try !outbox.delivered("msg_1", sender: "other", status: 200, now: at(2001)))
        #expect(try outbox.delivered("msg_1", sender: "s", status: 204, now: at(2001)))
        let stored = try #require(try outbox.callbacks(of: task).first)
        #expect(stored.status == .delivered && stored.lastStatus == 204 && stored.deliveredAt == at(2001))
        #expect(try outbox.nextDue() == nil)
        #expect(try fixture.take(at: 1_000_000).isEmpty)
    }

    @Test(arguments: Engine.all) func aFailedAttemptIsFollowedByAnotherUntilAbandoned(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let outbox = fixture.database.callbacks
        let task = try fixture.finish()
        _ = try fixture.take(at: 2000)
        #expect(
            try outbox.failedAttempt(
                "msg_1", sender: "s", status: 503, error: "Service Unavailable", nextAttempt: at(9000)))
        #expect(try fixture.take(at: 8999).isEmpty)
        #expect(try fixture.take(at: 9000).first?.lastStatus == 503)
        #expect(try outbox.abandon("msg_1", sender: "s", status: nil, error: "no answer"))
        #expect(try fixture.take(at: 1_000_000).isEmpty)
        #expect(try outbox.callbacks(of: task).first?.lastError == "no answer")
        #expect(try outbox.resend(task, now: at(1_000_000)) == 1)
        #expect(try fixture.take(at: 1_000_000).map(\.id) == ["msg_1"])
        #expect(try outbox.resend(task, now: at(1_000_000)) == 0)
    }

    @Test(arguments: Engine.all) func aCallbackInItsPauseIsSentAtOnceWhenAskedAndKeepsItsDay(engine: Engine)
        throws
    {
        let fixture = try Fixture(engine)
        let outbox = fixture.database.callbacks
        let task = try fixture.finish()
        _ = try fixture.take(at: 2000)
        try outbox.failedAttempt(
            "msg_1", sender: "s", status: 503, error: "HTTP 503", nextAttempt: at(90_000))
        #expect(try outbox.resend(task, now: at(3000)) == 1)
        let again = try #require(try fixture.take(at: 3000).first)
        #expect(again.attempts == 2 && again.createdAt == at(2000))
        try outbox.delivered("msg_1", sender: "s", status: 200, now: at(3001))
        #expect(try outbox.resend(task, now: at(4000)) == 0)
    }

    @Test(arguments: Engine.all) func noMoreThanTheLimitAreInFlight(engine: Engine) throws {
        let fixture = try Fixture(engine)
        for index in 0..<5 { _ = try fixture.finish("t/c/m/l\(index)", id: "msg_\(index)") }
        #expect(try fixture.take(at: 2000, limit: 3).count == 3)
        #expect(try fixture.take(at: 2000, limit: 3).count == 2)
    }
}

extension Fixture {
    /// A finished job with its callback, due at 2000.
    fileprivate func finish(_ rel: String = "t/c/m/l", id: String = "msg_1") throws -> TaskID {
        let task = try enqueue(rel)
        _ = try claim()
        let callback = NewCallback(id: id, url: "https://site.example/done", body: Array("{}".utf8))
        #expect(try jobs.finish(task, worker: "w", duration: 1, callback: callback, now: at(2000)) {})
        return task
    }

    /// What is due, in the hands of a sender.
    fileprivate func take(at time: Int64, limit: Int = 10) throws -> [Callback] {
        try database.callbacks.claim(sender: "s", limit: limit, lease: .seconds(30), now: at(time))
    }
}
