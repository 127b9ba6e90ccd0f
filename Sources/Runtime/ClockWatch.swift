import Domain
import Synchronization

/// Tells whether the wall clock may be believed where believing it cannot be undone: deleting what is over.
///
/// A clock that was set a year ahead, for an hour, makes everything look over. So it is believed once it has gone on for
/// a day, since the start or since it last jumped, as a clock does that only ever goes forward.
package final class ClockWatch: Sendable {
    /// How long it must have gone on, nanoseconds.
    private static let day: UInt64 = 86_400_000_000_000
    /// By how many seconds the two clocks may come apart: NTP slows and hastens the one by less.
    private static let tolerance: Int64 = 60

    private struct State: Sendable {
        /// Seconds since 1970 at which it began to go on, and nanoseconds of the other clock then.
        var wall: Int64
        var monotonic: UInt64
    }

    private let clock: SystemClock
    private let state: Mutex<State>

    package init(_ clock: SystemClock) {
        self.clock = clock
        state = Mutex(Self.now(clock))
    }

    /// Whether it may be believed now. Ask now and then: a jump is noticed by the next question.
    package func isSteady() -> Bool {
        let now = Self.now(clock)
        return state.withLock { state in
            let elapsed = now.monotonic - state.monotonic
            let difference = now.wall - state.wall - Int64(elapsed / 1_000_000_000)
            guard abs(difference) <= Self.tolerance else {
                state = now
                return false
            }
            return elapsed >= Self.day
        }
    }

    private static func now(_ clock: SystemClock) -> State {
        State(wall: Int64(clock.now().seconds), monotonic: clock.monotonicNanoseconds())
    }
}
