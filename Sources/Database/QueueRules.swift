/// The numbers of the queue, whatever keeps it.
package enum QueueRules {
    /// Times that a file may kill its converter, or the whole worker (its lease runs out), before the job is failed as
    /// `converter_crashed`.
    package static let maxCrashes = 3
    /// Attempts, of any end, before a failure that could pass is final.
    package static let maxAttempts = 8
    /// Receipts at most: what a day of uploads may leave, some 100 MB.
    package static let maxReceipts = 100_000

    /// The pause of what waits for free space, seconds.
    package static let spacePauseSeconds = 15

    /// The pause after the `crash`-th crash: none, then 15 s, 30 s.
    package static func pause(afterCrash crash: Int) -> Duration {
        crash > 1 ? pause(afterAttempt: crash - 1) : .zero
    }

    /// The pause after the `attempt`-th failed attempt: 15 s, doubled each time, at most an hour.
    package static func pause(afterAttempt attempt: Int) -> Duration {
        .seconds(min(3600, 15 << min(max(attempt - 1, 0), 8)))
    }
}
