import Domain
import Testing

@testable import Callbacks

@Suite struct CallbackScheduleTests {
    private static let start = Timestamp(seconds: 1_700_000_000)

    @Test(arguments: [
        (1, 5), (2, 30), (3, 120), (4, 600), (5, 1800), (6, 3600), (7, 7200), (8, 14_400), (9, 14_400),
        (99, 14_400),
    ])
    func `Pauses grow, and vary by a fifth`(attempt: Int, seconds: Int) {
        for (jitter, share) in [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)] {
            let next = CallbackSchedule.next(
                afterAttempt: attempt, createdAt: Self.start, now: Self.start, jitter: jitter, retryAfter: nil
            )
            let expected = Double(seconds * 1000) * share
            let pause = Double((next ?? Self.start).milliseconds - Self.start.milliseconds)
            #expect(abs(pause - expected) <= 1)
        }
    }

    @Test func `The last attempt falls on the end of the day, and none after it`() {
        let end = Self.start.adding(seconds: 86_400)
        func next(_ now: Timestamp) -> Timestamp? {
            CallbackSchedule.next(
                afterAttempt: 20, createdAt: Self.start, now: now, jitter: 0.5, retryAfter: nil)
        }
        #expect(next(end.adding(seconds: -14_401)) == end.adding(seconds: -1))
        #expect(next(end.adding(seconds: -100)) == end)
        #expect(next(end.adding(milliseconds: -1)) == end)
        #expect(next(end) == nil)
        #expect(next(end.adding(seconds: 1_000_000)) == nil)
    }

    @Test(arguments: [(1, 5000), (60, 60_000), (86_400, 14_400_000), (.max, 14_400_000)])
    func `A receiver may ask for a longer pause, within bounds`(asked: Int, milliseconds: Int64) {
        let next = CallbackSchedule.next(
            afterAttempt: 1, createdAt: Self.start, now: Self.start, jitter: 0.5, retryAfter: asked)
        #expect(next == Self.start.adding(milliseconds: milliseconds))
    }
}
