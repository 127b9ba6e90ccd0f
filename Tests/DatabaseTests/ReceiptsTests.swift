import Database
import Domain
import Testing

@testable import DatabaseSQLite

@Suite("A receipt")
struct ReceiptsTests {
    private func receipt(_ id: String, _ answer: String = "first", until end: Int64 = 100) -> Receipt {
        Receipt(id: id, request: "asked", answer: answer, expiresAt: at(end))
    }

    @Test(arguments: Engine.all) func `is seen by another process until it expires`(engine: Engine) throws {
        let fixture = try Fixture(engine)
        #expect(try fixture.database.receipts.add(receipt("a"), now: at(1)))
        let others = try fixture.another().receipts
        #expect(try others.receipt("a", now: at(99)) == receipt("a"))
        #expect(try others.receipt("a", now: at(100)) == nil)
        #expect(try others.receipt("b", now: at(1)) == nil)
    }

    @Test(arguments: Engine.all) func `keeps its place until it expires, and then gives it up`(
        engine: Engine
    ) throws {
        let receipts = try Fixture(engine).database.receipts
        #expect(try receipts.add(receipt("a"), now: at(1)))
        #expect(try !receipts.add(receipt("a", "second"), now: at(99)))
        #expect(try receipts.receipt("a", now: at(99))?.answer == "first")
        #expect(try receipts.add(receipt("a", "second", until: 200), now: at(100)))
        #expect(try receipts.receipt("a", now: at(101))?.answer == "second")
    }

    @Test(arguments: Engine.all) func `is forgotten when it has expired, and not before`(
        engine: Engine
    ) throws {
        let receipts = try Fixture(engine).database.receipts
        for (id, end) in [("old", Int64(10)), ("new", 11)] {
            try receipts.add(receipt(id, until: end), now: at(1))
        }
        #expect(try receipts.prune(now: at(9)) == 0)
        #expect(try receipts.prune(now: at(10)) == 1)
        #expect(try receipts.receipt("new", now: at(10)) != nil)
    }

    @Test(arguments: Engine.all) func `is stored with its job, and with it alone`(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let first = try newJob("t/c/m/l", receipt("a"))
        #expect(try fixture.jobs.enqueue(first, by: nil, now: at(1), keep: {}) == .queued(superseding: []))
        // Another process was asked for the same at the same time.
        let second = try newJob("t/c/m/l", receipt("a", "second"))
        var isKept = false
        let outcome = try fixture.another().jobs.enqueue(second, by: nil, now: at(2)) { isKept = true }
        #expect(outcome == .repeated && !isKept)
        #expect(try fixture.jobs.job(second.id) == nil && fixture.status(first.id) == .queued)
        #expect(try fixture.database.receipts.receipt("a", now: at(2))?.answer == "first")
    }

    private struct DiskIsFull: Error {}

    @Test(arguments: Engine.all) func `is not left behind by a job that could not be added`(
        engine: Engine
    ) throws {
        let fixture = try Fixture(engine)
        let job = try newJob("t/c/m/l", receipt("a"))
        #expect(throws: DiskIsFull.self) {
            try fixture.jobs.enqueue(job, by: nil, now: at(1)) { throw DiskIsFull() }
        }
        let authority = Authority(subjects: [.user("u")], issuedAt: at(1))
        try fixture.database.revocations.add(
            Revocation(subject: .user("u"), revokedAt: at(2), expiresAt: at(99)))
        #expect(try fixture.jobs.enqueue(job, by: authority, now: at(3), keep: {}) == .revoked)
        #expect(try fixture.database.receipts.receipt("a", now: at(3)) == nil)
        #expect(try fixture.jobs.enqueue(job, by: nil, now: at(4), keep: {}) == .queued(superseding: []))
    }

    @Test func `makes room for newer ones where there are too many`() throws {
        let fixture = try Fixture(.sqlite)
        let receipts = fixture.database.receipts
        try receipts.add(receipt("oldest"), now: at(1))
        // As if so many had come since.
        try Connection(path: fixture.path).execute(
            "UPDATE sqlite_sequence SET seq = \(QueueRules.maxReceipts) WHERE name = 'receipt'")
        #expect(try receipts.receipt("oldest", now: at(1)) != nil)
        try receipts.add(receipt("newest"), now: at(1))
        #expect(try receipts.receipt("oldest", now: at(1)) == nil)
        #expect(try receipts.receipt("newest", now: at(1)) != nil)
    }
}
