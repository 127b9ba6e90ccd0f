import Domain
import Synchronization

/// Tells whether the wall clock may be believed where believing it cannot be undone: deleting what is over.
///
/// A clock that was set a year ahead, for an hour, makes everything look over. So it is believed once it has gone on for
/// a day since it last jumped, as a clock does that only ever goes forward. Restarts do not begin the day anew, where
/// the record that one process keeps is given to the next.
package final class ClockWatch: Sendable {
    /// How long it must have gone on, seconds.
    private static let day: Int64 = 86_400
    /// By how many seconds the two clocks may come apart: NTP slows and hastens the one by less.
    private static let tolerance: Int64 = 60

    /// What a process leaves behind for the next one.
    package struct Record: Equatable, Sendable {
        /// Seconds since 1970 at which it was made.
        package let wall: Int64
        /// For how many seconds the clock had gone on by then.
        package let steadySeconds: Int64

        package init(wall: Int64, steadySeconds: Int64) {
            self.wall = wall
            self.steadySeconds = steadySeconds
        }
    }

    /// The longest time between two processes, seconds, behind which the clock may still be the same: one that jumped by
    /// no more than that makes nothing look over that is not so within a day.
    private static let longestRest: Int64 = 86_400

    private struct State: Sendable {
        /// Seconds since 1970 at which it began to go on, and nanoseconds of the other clock then.
        var wall: Int64
        var monotonic: UInt64
        /// Seconds for which it had gone on before, in processes that ended.
        var steadyBefore: Int64 = 0
    }

    private let clock: SystemClock
    private let state: Mutex<State>

    /// - Parameter record: of the process before, if there was one.
    package init(_ clock: SystemClock, after record: Record? = nil) {
        self.clock = clock
        var first = Self.now(clock)
        first.steadyBefore = record.map { Self.steadySeconds(of: $0, at: first.wall) } ?? 0
        state = Mutex(first)
    }

    /// What counts of a record at the second `wall`: nothing where the clock went back, or on by more than a rest.
    private static func steadySeconds(of record: Record, at wall: Int64) -> Int64 {
        (-tolerance...longestRest).contains(wall - record.wall) ? max(0, record.steadySeconds) : 0
    }

    /// What the next process needs; also where the clock has jumped since the last question.
    package var record: Record {
        let now = Self.now(clock)
        return state.withLock { state in
            Record(
                wall: now.wall,
                steadySeconds: Self.hasJumped(state, now) ? 0 : Self.steadySeconds(state, now))
        }
    }

    /// Whether it may be believed now. Ask now and then: a jump is noticed by the next question.
    package func isSteady() -> Bool { steadySeconds() >= Self.day }

    /// For how many seconds it has gone on without a jump, restarts not counted: what began less than that ago is as old as
    /// it looks.
    package func steadySeconds() -> Int64 {
        let now = Self.now(clock)
        return state.withLock { state in
            if Self.hasJumped(state, now) {
                state = now
                state.steadyBefore = 0
            }
            return Self.steadySeconds(state, now)
        }
    }

    private static func hasJumped(_ state: State, _ now: State) -> Bool {
        abs(now.wall - state.wall - elapsed(state, now)) > tolerance
    }

    private static func steadySeconds(_ state: State, _ now: State) -> Int64 {
        state.steadyBefore + elapsed(state, now)
    }

    /// Seconds.
    private static func elapsed(_ state: State, _ now: State) -> Int64 {
        Int64((now.monotonic - state.monotonic) / 1_000_000_000)
    }

    private static func now(_ clock: SystemClock) -> State {
        State(wall: Int64(clock.now().seconds), monotonic: clock.monotonicNanoseconds())
    }
}
