import Domain
import Foundation
import Synchronization
import System
import Testing

/// The file whose touch wakes, and the loop that sleeps at it. Where a test waits, it waits for half a minute unless it is
/// woken, and then fails.
@Suite struct WakeFileTests {
    private static let ever: Int32 = 30_000

    private let path = FileManager.default.temporaryDirectory.appending(path: "focust-wake-\(UUID())").path
    private let stop: StopSignal

    init() throws { stop = try StopSignal() }

    private func file() throws -> WakeFile { try WakeFile(path: path) }

    @Test func `A signal before the wait is not lost, and is one however often it came`() throws {
        defer { unlink(path) }
        let waiter = try file().makeWaiter()
        let isEarly = waiter.wait(milliseconds: 0, or: stop)
        #expect(!isEarly)
        for _ in 0..<100 { try file().signal() }
        let isWoken = waiter.wait(milliseconds: Self.ever, or: stop)
        #expect(isWoken)
        let isAgain = waiter.wait(milliseconds: 0, or: stop)
        #expect(!isAgain)
    }

    @Test func `One signal wakes every waiter, and a stop wakes without one`() throws {
        defer { unlink(path) }
        let first = try file().makeWaiter()
        let second = try file().makeWaiter()
        try file().signal()
        let woken = [
            first.wait(milliseconds: Self.ever, or: stop), second.wait(milliseconds: Self.ever, or: stop),
        ]
        #expect(woken == [true, true])
        stop.raise()
        let isWoken = first.wait(milliseconds: Self.ever, or: stop)
        #expect(!isWoken)
    }

    @Test func `Another process wakes it too`() throws {
        defer { unlink(path) }
        let waiter = try file().makeWaiter()
        let touch = Process()
        touch.executableURL = URL(filePath: "/usr/bin/touch")
        touch.arguments = [path]
        try touch.run()
        let isWoken = waiter.wait(milliseconds: Self.ever, or: stop)
        touch.waitUntilExit()
        #expect(isWoken)
    }

    @Test func `A file that was taken away cannot be watched`() throws {
        let file = try file()
        unlink(path)
        #expect(throws: SystemError.self) { _ = try file.makeWaiter() }
    }

    @Test func `A loop works until nothing is left, sleeps, and is woken by the file`() throws {
        defer { unlink(path) }
        let file = try file()
        let left = Atomic(3)
        let asked = Atomic(0)
        let stop = stop
        let thread = try System.Thread(name: "loop") {
            // An hour: it is the file that wakes.
            let loop = PollLoop(file, stop: stop, clock: .system, idle: 3_600_000...3_600_000)
            try? loop.run(nextDue: { nil }) {
                asked.wrappingAdd(1, ordering: .sequentiallyConsistent)
                guard left.load(ordering: .sequentiallyConsistent) > 0 else { return false }
                left.wrappingSubtract(1, ordering: .sequentiallyConsistent)
                return true
            }
        }
        let deadline = ContinuousClock.now.advanced(by: .milliseconds(Self.ever))
        while asked.load(ordering: .sequentiallyConsistent) < 4, .now < deadline { sched_yield() }
        #expect(left.load(ordering: .sequentiallyConsistent) == 0)
        left.store(2, ordering: .sequentiallyConsistent)
        file.signal()
        while left.load(ordering: .sequentiallyConsistent) > 0, .now < deadline { sched_yield() }
        #expect(left.load(ordering: .sequentiallyConsistent) == 0)
        stop.raise()
        thread.join()
    }

    @Test func `A loop sleeps no longer than until the next piece is due`() throws {
        defer { unlink(path) }
        let clock = SystemClock.system
        let due = clock.now().adding(milliseconds: 20)
        let asked = Atomic(0)
        let stop = stop
        try PollLoop(file(), stop: stop, clock: clock, idle: 0...3_600_000).run(nextDue: { due }) {
            if asked.wrappingAdd(1, ordering: .relaxed).newValue > 1, clock.now() >= due { stop.raise() }
            return false
        }
        #expect(stop.isRaised)
    }
}
