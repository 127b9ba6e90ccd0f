import CLinux
import Domain
import Glibc

/// The two clocks of the process; passed in, so that a test can stop them.
package struct SystemClock: Sendable {
    /// Wall-clock time.
    package let now: @Sendable () -> Timestamp
    /// Nanoseconds of a clock that never goes back, for measuring.
    package let monotonicNanoseconds: @Sendable () -> UInt64

    package init(
        now: @escaping @Sendable () -> Timestamp, monotonicNanoseconds: @escaping @Sendable () -> UInt64
    ) {
        self.now = now
        self.monotonicNanoseconds = monotonicNanoseconds
    }

    /// clock_gettime(2).
    package static let system = SystemClock(
        now: {
            let time = read(CLOCK_REALTIME)
            return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        },
        monotonicNanoseconds: {
            let time = read(CLOCK_MONOTONIC)
            return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        })

    /// Whether something, NTP as a rule, keeps the machine's clock right (adjtimex(2), with nothing to change).
    package static var isKeptRight: Bool { focust_clock_is_unsynchronised() == 0 }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
