import Domain
import Synchronization
import System
import Testing

/// Two clocks that stand until they are moved.
private final class Clocks: Sendable {
    private let state = Mutex((wall: 1_800_000_000, monotonic: UInt64(5_000_000_000)))

    var clock: SystemClock {
        SystemClock(
            now: { Timestamp(seconds: self.state.withLock { $0.wall }) },
            monotonicNanoseconds: { self.state.withLock { $0.monotonic } })
    }

    /// The other clock begins at nothing, and the wall clock has gone on.
    func reboot(hours: Double) {
        state.withLock { state in
            state.wall += Int(hours * 3600)
            state.monotonic = 0
        }
    }

    /// Lets time pass; the wall clock is moved by `jump` seconds besides.
    func pass(hours: Double, jump: Int = 0) {
        state.withLock { state in
            state.wall += Int(hours * 3600) + jump
            state.monotonic += UInt64(hours * 3600) * 1_000_000_000
        }
    }
}

@Suite struct ClockWatchTests {
    private let clocks = Clocks()

    @Test func `A clock is believed after a day and not before`() {
        let watch = ClockWatch(clocks.clock)
        #expect(!watch.isSteady())
        clocks.pass(hours: 23.9)
        #expect(!watch.isSteady())
        clocks.pass(hours: 0.2)
        #expect(watch.isSteady())
    }

    @Test(arguments: [365 * 86400, 3600, -3600, -365 * 86400])
    func `A clock that jumped is believed a day later`(seconds: Int) {
        let watch = ClockWatch(clocks.clock)
        clocks.pass(hours: 25)
        #expect(watch.isSteady())
        clocks.pass(hours: 1, jump: seconds)
        #expect(!watch.isSteady())
        clocks.pass(hours: 1, jump: -seconds)
        #expect(!watch.isSteady())
        clocks.pass(hours: 24)
        #expect(watch.isSteady())
    }

    @Test func `Daily restarts do not begin the day anew`() {
        var record: ClockWatch.Record?
        for _ in 0..<2 {
            let watch = ClockWatch(clocks.clock, after: record)
            clocks.pass(hours: 13)
            #expect(watch.isSteady() == (record != nil))
            record = watch.record
            clocks.reboot(hours: 1)
        }
    }

    @Test(arguments: [25 * 3600, 365 * 86400, -3600])
    func `A clock that jumped between two processes is believed a day later`(seconds: Int) {
        let before = ClockWatch(clocks.clock)
        clocks.pass(hours: 25)
        #expect(before.isSteady())
        let record = before.record
        clocks.pass(hours: 0, jump: seconds)
        let after = ClockWatch(clocks.clock, after: record)
        clocks.pass(hours: 23)
        #expect(!after.isSteady())
        clocks.pass(hours: 2)
        #expect(after.isSteady())
    }

    /// It cannot be told from the time between the two.
    @Test(arguments: [3600, 12 * 3600, 24 * 3600])
    func
        `A clock that jumped by a day at most between two processes is believed, and for no longer than it was`(
            seconds: Int
        ) throws
    {
        for hours in [25.0, 12] {
            let before = ClockWatch(clocks.clock)
            clocks.pass(hours: hours)
            let record = before.record
            clocks.pass(hours: 0, jump: seconds)
            let after = ClockWatch(clocks.clock, after: record)
            #expect(after.isSteady() == (hours > 24))
            // Setting it right again is a jump that is seen.
            clocks.pass(hours: 1, jump: -seconds)
            #expect(!after.isSteady())
        }
    }

    @Test func `A jump that was not asked about yet is in the record`() {
        let watch = ClockWatch(clocks.clock)
        clocks.pass(hours: 25)
        #expect(watch.isSteady())
        clocks.pass(hours: 0, jump: 7200)
        #expect(watch.record.steadySeconds == 0)
    }

    @Test func `What NTP corrects is no jump`() {
        let watch = ClockWatch(clocks.clock)
        for _ in 0..<25 {
            clocks.pass(hours: 1, jump: 1)
            _ = watch.isSteady()
        }
        #expect(watch.isSteady())
    }

    @Test func `How long a clock has gone on is known to the second, and nothing after a jump`() {
        let watch = ClockWatch(
            clocks.clock, after: ClockWatch.Record(wall: 1_800_000_000, steadySeconds: 100))
        clocks.pass(hours: 1)
        #expect(watch.steadySeconds() == 3700)
        clocks.pass(hours: 1, jump: 86_400)
        #expect(watch.steadySeconds() == 0)
        clocks.pass(hours: 0.5)
        #expect(watch.steadySeconds() == 1800)
    }
}
