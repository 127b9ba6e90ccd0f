import Synchronization

/// A number of places that are taken for a while, so that what may hold a thread for long holds only some of them.
package final class Slots: Sendable {
    private let limit: Int
    private let taken = Mutex(0)

    package init(_ limit: Int) { self.limit = limit }

    /// One place, for as long as the value lives.
    package struct Slot: ~Copyable {
        private let slots: Slots

        fileprivate init(_ slots: Slots) { self.slots = slots }

        deinit { slots.taken.withLock { $0 -= 1 } }
    }

    /// Nil at once where all are taken.
    package func take() -> Slot? {
        let isFree = taken.withLock { taken in
            guard taken < limit else { return false }
            taken += 1
            return true
        }
        return isFree ? Slot(self) : nil
    }
}
