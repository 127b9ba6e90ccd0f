import Synchronization
import System
import Testing

@Suite struct StopSignalTests {
    @Test func `A sleeping thread wakes when the signal is raised`() throws {
        let stop = try StopSignal()
        let woke = Atomic(false)
        #expect(!stop.wait(milliseconds: 0))
        let thread = try withUnsafeStop(stop) { woke.store(true, ordering: .relaxed) }
        stop.raise()
        thread.join()
        #expect(stop.isRaised)
    }

    private func withUnsafeStop(_ stop: StopSignal, _ body: @escaping @Sendable () -> Void) throws
        -> System.Thread
    {
        try System.Thread(name: "sleeper") {
            stop.wait(milliseconds: 10_000)
            body()
        }
    }

    @Test func `A wake-up given before the wait is not lost`() throws {
        let stop = try StopSignal()
        let wakeUp = try WakeUp()
        wakeUp.signal()
        let start = SystemClock.system.monotonicNanoseconds()
        wakeUp.wait(milliseconds: 10_000, or: stop)
        #expect(SystemClock.system.monotonicNanoseconds() - start < 5_000_000_000)
    }
}
