import Domain
import Synchronization
import System

/// Wall-clock time that moves only when a test moves it.
package final class TestClock: Sendable {
    private let time = Mutex(Timestamp(seconds: 1_700_000_000))

    package var now: Timestamp { time.withLock { $0 } }

    package var clock: SystemClock {
        SystemClock(
            now: { self.now }, monotonicNanoseconds: { SystemClock.system.monotonicNanoseconds() })
    }

    package func advance(seconds: Int) {
        time.withLock { $0 = $0.adding(seconds: seconds) }
    }

    package func move(to moment: Timestamp) {
        time.withLock { $0 = max($0, moment) }
    }
}
