import Domain
import Runtime
import Synchronization

/// Wall-clock time that moves only when a test moves it.
final class TestClock: Sendable {
    private let time = Mutex(Timestamp(seconds: 1_700_000_000))

    var now: Timestamp { time.withLock { $0 } }

    var clock: SystemClock {
        SystemClock(
            now: { self.now }, monotonicNanoseconds: { SystemClock.system.monotonicNanoseconds() })
    }

    func advance(seconds: Int) {
        time.withLock { $0 = $0.adding(seconds: seconds) }
    }

    func move(to moment: Timestamp) {
        time.withLock { $0 = max($0, moment) }
    }
}
