import Domain

/// When a callback that failed is tried again: after growing pauses, for a day.
enum CallbackSchedule {
    /// Seconds after which a callback is given up.
    static let lifetime = 86_400
    /// Seconds to wait after the first, second, … failure; the last one goes for all that follow.
    private static let pauses = [5, 30, 120, 600, 1800, 3600, 7200, 14_400]
    /// The share of a pause by which it may be shorter or longer, lest many callbacks that failed together,
    /// when their receiver went down, come back together.
    private static let spread = 0.2

    /// The moment of the next attempt; nil where the day is over.
    ///
    /// - `attempt`: how many have been made, at least 1.
    /// - `jitter`: a random number from 0 to 1.
    /// - `retryAfter`: seconds that the receiver asked for, if it did; no more than the longest pause is
    ///   granted.
    static func next(
        afterAttempt attempt: Int, createdAt: Timestamp, now: Timestamp, jitter: Double, retryAfter: Int?
    ) -> Timestamp? {
        let end = createdAt.adding(seconds: lifetime)
        guard now < end else { return nil }
        let longest = pauses[pauses.count - 1]
        let pause = pauses[min(max(attempt, 1), pauses.count) - 1]
        let share = 1 - spread + 2 * spread * jitter
        let wanted = max(Double(pause) * share, Double(min(retryAfter ?? 0, longest)))
        // One attempt falls on the very end, so that a receiver which was down all day has its last chance.
        return min(now.adding(milliseconds: Int64(wanted * 1000)), end)
    }
}
