import Database
import Domain
import Foundation
import Testing

@testable import DatabaseSQLite

/// Files that are old, damaged, foreign or full.
@Suite struct DatabaseFaultTests {
    let fixture: Fixture

    init() throws {
        fixture = try Fixture()
    }

    private func path(_ name: String) -> String { fixture.folder.appending(path: name).path }

    @Test(arguments: [0, 1, 2, 5])
    func anOlderFileIsBroughtUpToDateWithItsRows(steps: Int) throws {
        let path = path("old.db")
        let connection = try Connection(path: path)
        try Migrations(steps: Array(Migrations.all.steps.prefix(steps))).migrate(connection)
        if steps > 0 { try connection.execute("UPDATE queue_clock SET turn = 77") }
        let database = try SQLiteDatabase(path: path)
        _ = try database.jobs.enqueue(newJob("t/c/m/l"), now: at(1))
        _ = try database.revocations.changes(since: 0)
        #expect(try database.callbacks.nextDue() == nil)
        let version = try connection.prepared("PRAGMA user_version").first { (row) in row.integer(0) }
        #expect(version == Migrations.all.steps.count)
        let turn = try connection.prepared("SELECT turn FROM queue_turn WHERE kind = 'conversion'")
            .first { (row) in row.integer(0) }
        #expect(turn == (steps > 0 ? 77 : 0))
    }

    @Test func aStepThatFailsLeavesTheFileAtTheStepBefore() throws {
        let path = path("broken.db")
        let steps = Migrations.all.steps.prefix(1) + ["CREATE TABLE half (x); CREATE TABLE half (x);"]
        #expect(throws: DatabaseError.self) {
            try SQLiteDatabase(path: path, migrations: Migrations(steps: Array(steps)))
        }
        #expect(try SQLiteDatabase(path: path).jobs.counts()[.queued] == 0)
    }

    @Test func aFileOfANewerProgramIsRefused() throws {
        let path = path("newer.db")
        try Connection(path: path).execute("PRAGMA user_version = 99")
        let error = #expect(throws: DatabaseError.self) { try SQLiteDatabase(path: path) }
        #expect(error?.operation == "migrate" && error?.message.contains("99") == true)
    }

    @Test func aFileThatIsNoDatabaseIsAClearError() throws {
        let path = path("text.db")
        try Data(String(repeating: "not a database ", count: 1000).utf8).write(to: URL(filePath: path))
        let error = #expect(throws: DatabaseError.self) { try SQLiteDatabase(path: path) }
        #expect(error?.isCorrupt == true && error?.description.contains("not a database") == true)
    }

    @Test func aDamagedFileIsAClearError() throws {
        let path = path("damaged.db")
        do {
            let jobs = try SQLiteDatabase(path: path).jobs
            for index in 0..<200 { _ = try jobs.enqueue(newJob("t/c/m/l\(index)"), now: at(1)) }
        }
        let file = try FileHandle(forUpdating: URL(filePath: path))
        let size = try file.seekToEnd()
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0xFF, count: Int(size) - 4096))
        try file.close()
        let error = #expect(throws: DatabaseError.self) {
            _ = try SQLiteDatabase(path: path).jobs.list(limit: 1000)
        }
        #expect(error?.isCorrupt == true && error?.isFull == false)
    }

    @Test func aFolderThatDoesNotExistIsAClearError() throws {
        let error = #expect(throws: DatabaseError.self) { try SQLiteDatabase(path: "/nowhere/focust.db") }
        #expect(error?.isIO == true && error?.operation == "open")
    }

    @Test func aFullDiskLosesNothingAndTheQueueGoesOnWhenSpaceReturns() throws {
        let path = path("full.db")
        let limited = try SQLiteDatabase(path: path)
        let kept = try newJob("t/c/m/kept")
        _ = try limited.jobs.enqueue(kept, now: at(1))
        try limited.limitPages(to: 60)
        var stored: [TaskID] = [kept.id]
        let error = #expect(throws: DatabaseError.self) {
            for index in 0..<10_000 {
                let new = try newJob("t/c/m/l\(index)")
                _ = try limited.jobs.enqueue(new, now: at(1))
                stored.append(new.id)
            }
        }
        #expect(error?.isFull == true && error?.isIO == false)
        let other = try SQLiteDatabase(path: path)
        #expect(Set(try other.jobs.list(limit: 10_000).map(\.id)) == Set(stored))
        #expect(try other.isSound())
        try limited.limitPages(to: 10_000)
        _ = try limited.jobs.enqueue(newJob("t/c/m/after"), now: at(2))
    }
}

extension SQLiteDatabase {
    /// `PRAGMA max_page_count`, which holds for the writing connection alone.
    func limitPages(to count: Int) throws {
        try writeOutsideTransaction { (connection) throws(DatabaseError) in
            try connection.execute("PRAGMA max_page_count = \(count)")
        }
    }

    /// SQLite's own judgement of the file.
    func isSound() throws -> Bool {
        try read { (connection) throws(DatabaseError) in
            try connection.prepared("PRAGMA integrity_check").first { (row) in row.text(0) } == "ok"
        }
    }
}
