import Domain

/// The life of a thread that works on what a table holds: it does one piece after another while there are some, and otherwise
/// sleeps until the wake file is touched, the next piece is due, or a second has passed.
package struct PollLoop: Sendable {
    /// Milliseconds that it sleeps at least and at most: nothing tells it of another process's clock.
    package static let idle: ClosedRange<Int64> = 100...1000

    private let wakeUp: WakeFile
    private let stop: StopSignal
    private let clock: SystemClock
    private let idle: ClosedRange<Int64>

    package init(
        _ wakeUp: WakeFile, stop: StopSignal, clock: SystemClock, idle: ClosedRange<Int64> = Self.idle
    ) {
        self.wakeUp = wakeUp
        self.stop = stop
        self.clock = clock
        self.idle = idle
    }

    /// Runs until the stop signal is raised.
    ///
    /// - Parameters:
    ///   - nextDue: when there will be work; nil where that is not known.
    ///   - work: does one piece; false where there is none.
    package func run(nextDue: () -> Timestamp?, work: () -> Bool) throws(SystemError) {
        let waiter = try wakeUp.makeWaiter()
        while !stop.isRaised {
            if !work() { waiter.wait(milliseconds: pause(until: nextDue()), or: stop) }
        }
    }

    private func pause(until due: Timestamp?) -> Int32 {
        let wait = due.map { $0.milliseconds - clock.now().milliseconds } ?? idle.upperBound
        return Int32(min(max(wait, idle.lowerBound), idle.upperBound))
    }
}
