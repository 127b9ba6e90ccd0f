import Database
import Domain
import Testing

/// What becomes of a job, as a table.
@Suite struct QueueRulesTests {
    /// One failure, and where it leaves the job; seconds of pause where it comes again.
    struct Case: CustomTestStringConvertible {
        let failure: AttemptFailure
        let attempts: Int
        let crashes: Int
        let pause: Int?

        init(_ failure: AttemptFailure, attempts: Int, crashes: Int, pause: Int?) {
            self.failure = failure
            self.attempts = attempts
            self.crashes = crashes
            self.pause = pause
        }

        var testDescription: String { "\(failure), attempt \(attempts), crash \(crashes)" }
    }

    static let cases = [
        // What cannot pass is final at once.
        Case(.lasting, attempts: 1, crashes: 0, pause: nil),
        Case(.lasting, attempts: 7, crashes: 2, pause: nil),
        // What may pass comes back, ever later, until the last attempt.
        Case(.passing, attempts: 1, crashes: 0, pause: 15),
        Case(.passing, attempts: 2, crashes: 0, pause: 30),
        Case(.passing, attempts: 7, crashes: 0, pause: 960),
        Case(.passing, attempts: 8, crashes: 0, pause: nil),
        Case(.passing, attempts: 3, crashes: 2, pause: 60),
        // A crash counts crashes, whatever else has failed before: the first comes back at once.
        Case(.crash, attempts: 1, crashes: 1, pause: 0), Case(.crash, attempts: 3, crashes: 1, pause: 0),
        Case(.crash, attempts: 2, crashes: 2, pause: 15), Case(.crash, attempts: 6, crashes: 2, pause: 15),
        Case(.crash, attempts: 3, crashes: 3, pause: nil), Case(.crash, attempts: 8, crashes: 1, pause: nil),
        // A worker that died may have been restarted, so the attempts do not count.
        Case(.workerDied, attempts: 1, crashes: 1, pause: 0),
        Case(.workerDied, attempts: 9, crashes: 2, pause: 15),
        Case(.workerDied, attempts: 3, crashes: 3, pause: nil),
    ]

    private let now = Timestamp(seconds: 1_700_000_000)

    private func end(_ row: Case, isReplaced: Bool) -> JobEnd {
        QueueRules.after(
            row.failure, attempts: row.attempts, crashes: row.crashes, isReplaced: isReplaced, now: now)
    }

    @Test(arguments: cases) func `A failure leaves the job where the table says`(row: Case) {
        let expected = row.pause.map { JobEnd.again(at: now.adding(seconds: $0)) } ?? .failed
        #expect(end(row, isReplaced: false) == expected)
    }

    @Test(arguments: cases) func `Nothing comes again, or fails, where a newer upload waits`(row: Case) {
        #expect(end(row, isReplaced: true) == .superseded)
    }

    @Test func `What is given back comes again when it is told to, unless a newer upload waits`() {
        let retryAt = now.adding(seconds: 7)
        #expect(QueueRules.afterRelease(retryAt: retryAt, isReplaced: false) == .again(at: retryAt))
        #expect(QueueRules.afterRelease(retryAt: retryAt, isReplaced: true) == .superseded)
    }

    /// The rule is the engines' own: a crash after failures of another kind comes back as a first one.
    @Test(arguments: Engine.all) func `An engine counts crashes and not attempts`(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let id = try fixture.enqueue("t/c/m/l")
        let failure = JobFailure(code: "insufficient_resources", message: "memory")
        var moment: Int64 = 1000
        for kind in [AttemptFailure.passing, .passing, .crash] {
            moment += 1_000_000
            try #require(try fixture.claim(at: moment)?.id == id)
            let outcome = try fixture.jobs.fail(
                id, worker: "w", failure: failure, kind, callback: nil, now: at(moment))
            #expect(outcome == .willRetry)
        }
        #expect(try fixture.claim(at: moment)?.attempts == 4)
    }

    @Test(arguments: [(1, 15), (2, 30), (3, 60), (8, 1920), (9, 3600), (1000, 3600), (0, 15)])
    func `Pauses grow to an hour`(attempt: Int, seconds: Int) {
        #expect(QueueRules.pause(afterAttempt: attempt) == .seconds(seconds))
    }
}
