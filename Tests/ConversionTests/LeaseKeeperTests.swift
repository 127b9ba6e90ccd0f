import Database
import Domain
import Files
import Foundation
import System
import TestOutbox
import Testing

@testable import Conversion

@Suite struct LeaseKeeperTests {
    private struct Failure: Error {}

    private let outbox: Outbox
    private let files: DataDirectory

    init() throws {
        outbox = try Outbox()
        files = try DataDirectory(creatingAt: outbox.folder.appending(path: "data").path)
    }

    @Test func `What the work makes or throws is what the keeper returns or throws`() throws {
        let keeper = try keeper()
        #expect(try keeper.during { 7 } == 7)
        #expect(throws: Failure.self) { try keeper.during { throw Failure() } }
        #expect(!keeper.cancellation.isRaised)
    }

    @Test func `Progress is told, and the lease is renewed, while the work lasts`() throws {
        let keeper = try keeper()
        outbox.time.move(to: outbox.time.now.adding(seconds: 20))
        keeper.note(0.5)
        try keeper.during {
            try #require(until { try self.job().progress == 0.5 })
        }
        // The first lease is over, and no other worker has the job.
        outbox.time.move(to: outbox.time.now.adding(seconds: 20))
        #expect(
            try outbox.database.jobs.claim(worker: "other", lease: .seconds(30), now: outbox.time.now) { _ in
                nil
            }
                == nil)
    }

    @Test func `Work whose lesson was deleted is cancelled`() throws {
        let keeper = try keeper()
        try keeper.during {
            try outbox.database.jobs.cancelAll(try self.job().location, now: outbox.time.now, remove: {})
            #expect(keeper.cancellation.wait(milliseconds: 30_000))
        }
    }

    @Test func `Work is cancelled where the process stops`() throws {
        let keeper = try keeper()
        try keeper.during {
            outbox.stop.raise()
            #expect(keeper.cancellation.wait(milliseconds: 30_000))
        }
    }

    @Test func `Work is cancelled below the floor, and what it throws then is for want of space`() throws {
        let keeper = try keeper(minFreeBytes: .max)
        let error = #expect(throws: ConversionFailure.self) {
            try keeper.during {
                #expect(keeper.cancellation.wait(milliseconds: 30_000))
                throw Failure()
            }
        }
        #expect(error?.forTask == .outOfStorage)
    }

    private func until(_ condition: () throws -> Bool) throws -> Bool {
        let pause = try StopSignal()
        for _ in 1...600 where !pause.wait(milliseconds: 50) {
            if try condition() { return true }
        }
        return false
    }

    private func job() throws -> Job {
        try #require(try outbox.database.jobs.list(location: nil, status: nil, limit: 1).first)
    }

    private func keeper(minFreeBytes: Int = 0) throws -> LeaseKeeper {
        _ = try outbox.database.jobs.enqueue(try newJob("t/c/m/l"), now: outbox.time.now)
        let job = try outbox.database.jobs.claim(worker: "w", lease: .seconds(30), now: outbox.time.now) {
            _ in nil
        }
        let service = try outbox.conversions(files, minFreeBytes: ByteCount(minFreeBytes))
        return try LeaseKeeper(
            Attempt(job: try #require(job), worker: "w", service: service, stop: outbox.stop))
    }
}
