import Database
import Domain
import HTTPReceiver
import MemoryDatabase
import System
import TestOutbox
import Testing

@testable import Callbacks

/// Callbacks across restarts, stops and several threads.
@Suite struct CallbackRestartTests {
    private let outbox: Outbox

    init() throws {
        outbox = try Outbox()
    }

    @Test func `Another process goes on after a failure`() throws {
        let receiver = try HTTPReceiver { _, index in .status(index == 0 ? 502 : 200) }
        let task = try outbox.finish(to: receiver.url)
        #expect(try outbox.sender().sendNext())
        try outbox.wait(for: task)
        #expect(try outbox.sender(outbox.reopened()).sendNext())
        #expect(Set(receiver.received.map { $0.headers["webhook-id"] }).count == 1)
        #expect(receiver.received.count == 2)
        #expect(try outbox.callback(of: task)?.status == .delivered)
    }

    @Test func `A callback whose sender died is sent by another, after the lease and not before`() throws {
        let receiver = try HTTPReceiver()
        let task = try outbox.finish(to: receiver.url)
        let dead = try outbox.database.callbacks.claim(
            sender: "dead", limit: 1, lease: CallbackSender.lease, now: outbox.time.now)
        #expect(dead.count == 1)
        let sender = try outbox.sender(outbox.reopened())
        #expect(!sender.sendNext())
        outbox.time.advance(seconds: 60)
        #expect(sender.sendNext())
        #expect(receiver.received.count == 1)
        #expect(try outbox.callback(of: task)?.status == .delivered)
    }

    @Test func `Running threads deliver what comes, each callback once`() throws {
        let receiver = try HTTPReceiver()
        let service = try outbox.service()
        let threads = try service.start(stop: outbox.stop)
        for number in 0..<20 {
            try outbox.finish("t/c/m/\(number)", to: receiver.url)
            service.wakeUp.signal()
        }
        #expect(receiver.waitForRequests(20))
        outbox.stop.raise()
        for thread in threads { thread.join() }
        #expect(receiver.received.count == 20)
        #expect(Set(receiver.received.map { $0.headers["webhook-id"] }).count == 20)
        #expect(try outbox.database.callbacks.nextDue() == nil)
    }

    @Test func `No more are in flight than there are threads, and a stop makes them due again`() throws {
        let receiver = try HTTPReceiver(.silence)
        let tasks = try (0..<5).map { try outbox.finish("t/c/m/\($0)", to: receiver.url) }
        let threads = try outbox.service().start(stop: outbox.stop)
        #expect(receiver.waitForRequests(2))
        let start = SystemClock.system.monotonicNanoseconds()
        outbox.stop.raise()
        for thread in threads { thread.join() }
        let seconds = Double(SystemClock.system.monotonicNanoseconds() - start) / 1e9
        // Within what a process that stops is given, after a grace in which an answer could still come.
        #expect(seconds < 10)
        #expect(receiver.connectionCount == 2)
        let stored = try tasks.compactMap { try outbox.callback(of: $0) }
        #expect(stored.count == 5)
        #expect(stored.allSatisfy { $0.status == .pending && $0.nextAttempt <= outbox.time.now })
        #expect(stored.filter { $0.lastError?.contains("interrupted") == true }.count == 2)
    }

    @Test func `Where delivery cannot be noted the receiver is told again, under the same id`() throws {
        let database = MemoryDatabase()
        let outbox = try Outbox(database)
        let full = DatabaseError(.full, code: 13, operation: "step", message: "database or disk is full")
        let receiver = try HTTPReceiver { _, index in
            if index == 0 { database.refuseAll(with: full) }
            return .status(200)
        }
        let task = try outbox.finish(to: receiver.url)
        let sender = try outbox.sender()
        #expect(!sender.sendNext())
        #expect(receiver.received.count == 1)
        outbox.time.advance(seconds: 60)
        #expect(!sender.sendNext())
        database.refuseAll(with: nil)
        #expect(sender.sendNext())
        #expect(receiver.received.count == 2)
        #expect(Set(receiver.received.map { $0.headers["webhook-id"] }).count == 1)
        #expect(try outbox.callback(of: task)?.status == .delivered)
    }
}
