import Domain

/// The conversion queue: durable, shared by threads and processes, fair between owners.
///
/// **Replacement.** A newer upload of a location wins over an older one, by these rules:
/// 1. A new job supersedes at once whatever job of its location waits.
/// 2. Jobs of one location run one at a time, in order of arrival. One that runs already may finish and
///    is published; the newer one runs after it and replaces it. (Stopping it instead would let a client that
///    keeps re-sending a long film prevent every version of it.)
/// 3. If its attempt does not end well (failure, crash, stop) while a newer one waits, it is superseded,
///    not retried.
/// 4. A result is published inside `finish`, under the write lock and only by the holder of the lease: a
///    worker that slept through its lease publishes nothing, so the older result never overwrites the
///    newer one's.
///
/// **Fairness.** Start-time fair queueing: the queue has a clock, the turn of the job served last, and a
/// new job's turn is the clock's or one after its owner's last live job, whichever is later. So the 200
/// jobs of a batch get 200 turns, and another owner's single upload gets the present one and is served
/// next. Claiming is one step in an index.
///
/// **Crashes.** A worker renews its lease; a lease that ran out means that its process hangs, and `endLeases` ends
/// those of processes that died. The first time the job returns at once, because a restart is the likelier
/// reason, then after a pause, and after `maxCrashes` such ends it is failed, so that a hostile file cannot
/// occupy the queue for ever. Jobs that saw a crash run one at a time: those that only ran beside the hostile
/// file when it killed their process do so once, and are not condemned with it.
package struct JobQueue: Sendable {
    /// Leases that may run out before the job is failed as `converter_crashed`.
    package static let maxCrashes = 3
    /// Attempts, of any end, before a failure that could pass is final.
    package static let maxAttempts = 8

    let database: Database

    /// The pause after the `crash`-th crash: none, then 15 s, 30 s.
    static func pause(afterCrash crash: Int) -> Duration {
        crash > 1 ? pause(afterAttempt: crash - 1) : .zero
    }

    /// The pause after the `attempt`-th failed attempt: 15 s, doubled each time, at most an hour.
    package static func pause(afterAttempt attempt: Int) -> Duration {
        .seconds(min(3600, 15 << min(max(attempt - 1, 0), 8)))
    }
}
