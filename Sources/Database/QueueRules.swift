import Domain

/// How an attempt at a job failed.
package enum AttemptFailure: CaseIterable, Sendable {
    /// Trying again cannot help.
    case lasting
    /// Trying again may help: disk and memory pass.
    case passing
    /// The file killed its converter.
    case crash
    /// The worker's process died, or its lease ran out. It may have been the file, and may have been a restart.
    case workerDied

    /// Whether it counts towards `QueueRules.maxCrashes`.
    package var isCrash: Bool {
        switch self {
        case .crash, .workerDied: true
        case .lasting, .passing: false
        }
    }
}

/// What becomes of a job whose attempt ended without a result.
package enum JobEnd: Equatable, Sendable {
    /// It waits, and may run again from then on.
    case again(at: Timestamp)
    case failed
    /// A newer upload of its location takes its place.
    case superseded
}

/// The decisions and numbers of the queue, whatever keeps it: engines and workers ask here.
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

    /// The pause of what waits for files that another process still works on, seconds.
    package static let busyPauseSeconds = 5

    /// What becomes of a job after a failure.
    ///
    /// - Parameters:
    ///   - attempts: begun so far, this one included.
    ///   - crashes: of this job so far, this one included.
    ///   - isReplaced: whether a newer job of its location waits.
    package static func after(
        _ failure: AttemptFailure, attempts: Int, crashes: Int, isReplaced: Bool, now: Timestamp
    ) -> JobEnd {
        let pause: Duration? =
            switch failure {
            case .lasting: nil
            case .passing: attempts < maxAttempts ? Self.pause(afterAttempt: attempts) : nil
            case .crash:
                attempts < maxAttempts && crashes < maxCrashes ? Self.pause(afterCrash: crashes) : nil
            case .workerDied: crashes < maxCrashes ? Self.pause(afterCrash: crashes) : nil
            }
        if isReplaced { return .superseded }
        return pause.map { .again(at: now.adding($0)) } ?? .failed
    }

    /// What becomes of a job that its worker gives back unfinished, to run again from `retryAt`.
    package static func afterRelease(retryAt: Timestamp, isReplaced: Bool) -> JobEnd {
        isReplaced ? .superseded : .again(at: retryAt)
    }

    /// The pause after the `crash`-th crash: none, then 15 s, 30 s.
    package static func pause(afterCrash crash: Int) -> Duration {
        crash > 1 ? pause(afterAttempt: crash - 1) : .zero
    }

    /// The pause after the `attempt`-th failed attempt: 15 s, doubled each time, at most an hour.
    package static func pause(afterAttempt attempt: Int) -> Duration {
        .seconds(min(3600, 15 << min(max(attempt - 1, 0), 8)))
    }
}
