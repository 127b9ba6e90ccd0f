import Glibc
import MediaProtocol
import Synchronization

/// Tells a running conversion to stop: because somebody asked, or because its time is over.
///
/// libav asks it through its interrupt callback, the converter between packets; whoever wants to stop calls
/// `cancel()` from another thread.
package final class Cancellation: Sendable {
    private let cancelled = Atomic<Bool>(false)
    private let deadline: ContinuousClock.Instant?

    /// - Parameter limit: time from now after which the work stops by itself; nil for none.
    package init(deadline limit: Duration? = nil) {
        deadline = limit.map { ContinuousClock.now + $0 }
    }

    /// Asks the work to stop at its next look. May be called from any thread, and more than once.
    package func cancel() {
        cancelled.store(true, ordering: .relaxed)
    }

    /// Whether the work has to stop, for either reason.
    package var isCancelled: Bool {
        cancelled.load(ordering: .relaxed) || isPastDeadline
    }

    private var isPastDeadline: Bool {
        guard let deadline else { return false }
        return ContinuousClock.now >= deadline
    }

    /// Throws `.cancelled` or `.deadline` where the work has to stop.
    func check() throws(MediaError) {
        if cancelled.load(ordering: .relaxed) {
            throw MediaError(.cancelled, "The conversion was cancelled.", operation: "cancellation")
        }
        if isPastDeadline {
            throw MediaError(
                .deadline, "The conversion took longer than its time limit.", operation: "deadline")
        }
    }
}
