import Domain
import Testing

@testable import Database

/// What happens to the jobs of workers that die.
@Suite struct LeaseTests {
    let fixture: Fixture
    var jobs: JobQueue { fixture.jobs }

    init() throws {
        fixture = try Fixture()
    }

    @Test func aDeadWorkersJobReturnsAfterItsLeaseAndAPause() throws {
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim("dead", at: 1000)
        #expect(try jobs.nextWake() == at(11_000))
        #expect(try fixture.claim(at: 10_999) == nil)
        #expect(try fixture.status(id) == .processing)
        #expect(try fixture.claim(at: 11_000) == nil)
        #expect(try fixture.status(id) == .queued)
        let again = try #require(try fixture.claim(at: 26_000))
        #expect(again.id == id && again.attempts == 2)
    }

    @Test func aHeartbeatKeepsTheLease() throws {
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim("w", at: 1000)
        #expect(try jobs.heartbeat(id, worker: "w", progress: 0.1, lease: .seconds(10), now: at(10_000)))
        #expect(try fixture.claim("x", at: 19_999) == nil)
        #expect(try fixture.status(id) == .processing)
    }

    @Test func aJobThatKillsItsProcessThreeTimesFailsAndReportsIt() throws {
        let id = try fixture.enqueue("t/c/m/l")
        let callback = NewCallback(id: "msg_1", url: "https://site.example/", body: [1, 2, 3])
        for crash in 1...JobQueue.maxCrashes {
            let now = Int64(crash) * 1_000_000
            #expect(try fixture.claim("dead", at: now)?.attempts == crash)
            let next = try jobs.claim(worker: "w", lease: .seconds(10), now: at(now + 10_000)) { job in
                #expect(job.id == id && job.status == .failed && crash == JobQueue.maxCrashes)
                return callback
            }
            #expect(next == nil)
        }
        #expect(try jobs.job(id)?.error == .converterCrashed)
        #expect(try fixture.database.callbacks.callbacks(of: id).map(\.body) == [[1, 2, 3]])
    }

    @Test func otherJobsRunWhileACrashingOneIsInItsPause() throws {
        let crasher = try fixture.enqueue("t/c/m/crasher")
        let good = try fixture.enqueue("t/c/m/good")
        #expect(try fixture.claim("dead", at: 1000)?.id == crasher)
        #expect(try fixture.claim("w", at: 11_000)?.id == good)
    }
}
