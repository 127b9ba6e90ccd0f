import Domain
import Synchronization

/// How many requests may hold a thread for long: uploads that come in as slowly as their networks are, and those that
/// wait for another to give an upload up. Some threads must stay for everything else.
final class TransferSlots: Sendable {
    /// Of the upload threads, those that may be held so: three of four, and one where there is one alone.
    private let limit: Int
    private let taken = Mutex(0)

    init(uploadThreads: Int) {
        limit = max(1, uploadThreads * 3 / 4)
    }

    /// Of the threads that transfers leave, those that may wait: one of eight, and one where there are fewer.
    init(waitingOf uploadThreads: Int) {
        limit = max(1, uploadThreads / 8)
    }

    /// A slot, for as long as the value lives.
    struct Slot: ~Copyable {
        private let slots: TransferSlots

        fileprivate init(_ slots: TransferSlots) { self.slots = slots }

        deinit { slots.taken.withLock { $0 -= 1 } }
    }

    /// Refuses with `unavailable` where all are taken.
    func take() throws(Refusal) -> Slot {
        let isFree = taken.withLock { taken in
            guard taken < limit else { return false }
            taken += 1
            return true
        }
        guard isFree else {
            throw Refusal(
                .unavailable, "Too many uploads come in at once; go on with this one shortly.", retryAfter: 3)
        }
        return Slot(self)
    }
}
