import Domain
import HTTPReceiver
import Outbound
import Synchronization
import System
import Testing

@testable import Server

@Suite("A round of questions to the site")
struct QuestionRoundTests {
    /// Goes on only where a test says so.
    private final class StoppedClock: Sendable {
        private let nanoseconds = Atomic<UInt64>(1)

        func advance(seconds: UInt64) {
            nanoseconds.wrappingAdd(seconds * 1_000_000_000, ordering: .relaxed)
        }

        var clock: SystemClock {
            SystemClock(
                now: { Timestamp(seconds: 0) },
                monotonicNanoseconds: { self.nanoseconds.load(ordering: .relaxed) })
        }
    }

    private let stopped = StoppedClock()

    private func question(_ lesson: String = "l") throws -> EligibilityQuestion {
        .play(user: try #require(UserID("u")), lesson: try #require(LessonPath("t/c/m/\(lesson)")))
    }

    private func round(_ site: HTTPReceiver?, limit: Int = 1) -> QuestionRound {
        let client = site.map { EligibilityClient(url: $0.url, timeout: .milliseconds(300)) }
        return QuestionRound(client, Slots(limit), stopped.clock)
    }

    /// The code of the refusal; nil where the site grants.
    private func code(_ round: inout QuestionRound) throws -> ErrorCode? {
        let question = try question()
        do throws(Refusal) { try round.ask(question) } catch { return error.code }
        return nil
    }

    @Test func `asks each of them while there is time`() throws {
        let site = try HTTPReceiver { _, before in .status(before == 1 ? 403 : 200) }
        var round = round(site)
        #expect(try [code(&round), code(&round), code(&round)] == [nil, .notEligible, nil])
        stopped.advance(seconds: 9)
        #expect(try code(&round) == nil)
        #expect(site.received.count == 4)
    }

    @Test func `asks no more when its time is over`() throws {
        let site = try HTTPReceiver()
        var round = round(site)
        #expect(try code(&round) == nil)
        stopped.advance(seconds: 10)
        #expect(try [code(&round), code(&round)] == [.unavailable, .unavailable])
        #expect(site.received.count == 1)
    }

    @Test func `asks a silent site no more`() throws {
        let site = try HTTPReceiver(.silence)
        var round = round(site)
        #expect(try [code(&round), code(&round)] == [.unavailable, .unavailable])
        #expect(site.received.count == 1)
    }

    @Test func `asks nothing where too many others do, until one of them has ended`() throws {
        let site = try HTTPReceiver()
        let client = EligibilityClient(url: site.url)
        let limit = Slots(1)
        do {
            var first = QuestionRound(client, limit, stopped.clock)
            var second = QuestionRound(client, limit, stopped.clock)
            #expect(try [code(&second), code(&first)] == [.unavailable, nil])
        }
        var third = QuestionRound(client, limit, stopped.clock)
        #expect(try code(&third) == nil)
        #expect(site.received.count == 2)
    }

    @Test func `grants everything where there is no site to ask`() throws {
        var round = round(nil, limit: 0)
        stopped.advance(seconds: 60)
        #expect(try code(&round) == nil)
    }
}
