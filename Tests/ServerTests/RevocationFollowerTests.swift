import Database
import Domain
import Logging
import MemoryDatabase
import Synchronization
import System
import Testing
import Tokens

@testable import Server

@Suite struct RevocationFollowerTests {
    private static let life = 31_536_000 + 1800
    private static let start = 1_800_000_000

    private let database = MemoryDatabase()
    private let list = RevocationList()
    private let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A follower whose clocks tell `times`: seconds of the wall and of the other.
    private func follower(_ times: Times) throws -> RevocationFollower {
        let clock = SystemClock(
            now: { Timestamp(seconds: Self.start + times.wall.withLock { $0 }) },
            monotonicNanoseconds: { UInt64(times.passed.withLock { $0 }) * 1_000_000_000 })
        return try RevocationFollower(database, list, longestLife: Self.life, clock, ClockWatch(clock), log)
    }

    private final class Times: Sendable {
        let wall = Mutex(0)
        let passed = Mutex(0)

        func set(wall: Int, passed: Int) {
            self.wall.withLock { $0 = wall }
            self.passed.withLock { $0 = passed }
        }
    }

    private func revoke() throws {
        let at = Timestamp(seconds: Self.start)
        let revocation = Revocation(
            subject: .user("u"), revokedAt: at, expiresAt: at.adding(seconds: Self.life))
        try database.revocations.add(revocation)
    }

    private func isVoid() throws -> (memory: Bool, stored: Bool) {
        (
            list.contains(anyOf: [.user("u")], issuedAt: Self.start),
            try !database.revocations.changes(since: 0).revocations.isEmpty
        )
    }

    @Test func `A clock that is a year ahead for an hour forgets no revocation`() throws {
        try revoke()
        let times = Times()
        let follower = try follower(times)
        for hour in 1...50 {
            let passed = hour * 3600
            // Two days of right time, but for the thirtieth hour.
            times.set(wall: passed + (hour == 30 ? Self.life + 1 : 0), passed: passed)
            follower.prune()
        }
        #expect(try isVoid() == (true, true))
    }

    @Test func `A server that is started with a clock that is years ahead forgets nothing for a day`() throws
    {
        try revoke()
        let times = Times()
        times.set(wall: Self.life + 1, passed: 0)
        let follower = try follower(times)
        times.set(wall: Self.life + 80_000, passed: 79_999)
        follower.prune()
        #expect(try isVoid() == (true, true))
    }

    @Test func `A change that could not be read at first is read later`() throws {
        let flaky = FlakyDatabase(database)
        let clock = SystemClock.system
        let follower = try RevocationFollower(
            flaky, list, longestLife: Self.life, clock, ClockWatch(clock), log)
        try revoke()
        flaky.isReadable.store(false, ordering: .relaxed)
        follower.look()
        #expect(!list.contains(anyOf: [.user("u")], issuedAt: Self.start))
        flaky.isReadable.store(true, ordering: .relaxed)
        follower.look()
        #expect(list.contains(anyOf: [.user("u")], issuedAt: Self.start))
    }

    @Test func `What is over by a clock that goes on is forgotten`() throws {
        try revoke()
        let times = Times()
        let follower = try follower(times)
        for passed in [Self.life - 90_000, Self.life + 1, Self.life + 90_000] {
            times.set(wall: passed, passed: passed)
            follower.prune()
        }
        #expect(try isVoid() == (false, false))
    }
}

/// A database that tells of changes while its revocations cannot be read.
private final class FlakyDatabase: Database, Revocations {
    let isReadable = Atomic(true)
    private let base: MemoryDatabase

    init(_ base: MemoryDatabase) { self.base = base }

    var jobs: any JobQueue { base.jobs }
    var revocations: any Revocations { self }
    var callbacks: any CallbackOutbox { base.callbacks }
    var receipts: any Receipts { base.receipts }
    func makeChangeWatch() -> any ChangeWatch { base.makeChangeWatch() }
    func ping() throws(DatabaseError) { try base.ping() }

    func add(_ revocation: Revocation) throws(DatabaseError) { try base.revocations.add(revocation) }

    func changes(since sequence: Int64) throws(DatabaseError) -> RevocationChanges {
        guard isReadable.load(ordering: .relaxed) else {
            throw DatabaseError(.other, code: 0, operation: "read", message: "busy")
        }
        return try base.revocations.changes(since: sequence)
    }

    func void(_ authority: Authority) throws(DatabaseError) -> Bool { try base.revocations.void(authority) }
    func prune(now: Timestamp) throws(DatabaseError) -> Int { try base.revocations.prune(now: now) }
}
