import Domain
import Outbound
import System

/// The questions to the site that one request leads to, one after the other: about one video, or about all of a course's
/// page.
///
/// A site that is silent, or slow for so many, would hold the request's thread for minutes. So what was not found out in
/// time is not asked for any more, and is refused with `unavailable`.
struct QuestionRound: ~Copyable {
    /// How long all questions of a round may take.
    private static let timeout = Duration.seconds(10)

    /// Nil where the site is not asked.
    private let eligibility: EligibilityClient?
    private let slot: Slots.Slot?
    private let clock: SystemClock
    private let began: UInt64
    /// Why the site is asked no more.
    private var end: Refusal?

    init(_ eligibility: EligibilityClient?, _ limit: Slots, _ clock: SystemClock) {
        self.eligibility = eligibility
        self.clock = clock
        began = clock.monotonicNanoseconds()
        slot = eligibility == nil ? nil : limit.take()
        if eligibility != nil, slot == nil {
            end = Refusal(
                .unavailable, "Too many users wait for the site's answer already; try again.", retryAfter: 2)
        }
    }

    /// Refuses with `not_eligible` or `unavailable`.
    mutating func ask(_ question: EligibilityQuestion) throws(Refusal) {
        guard let eligibility else { return }
        if let end { throw end }
        let left = Self.timeout - .nanoseconds(clock.monotonicNanoseconds() - began)
        do throws(Refusal) {
            guard left > .zero else { throw Self.tooSlow }
            try eligibility.ask(question, within: left)
        } catch {
            if error.code == .unavailable { end = error }
            throw error
        }
    }

    private static let tooSlow = Refusal(
        .unavailable, "The site takes too long to answer for so many lessons; ask for these again.",
        retryAfter: 1)
}
