import Database
import Domain
import Foundation
import Synchronization
import Testing

@testable import DatabaseSQLite

/// Several processes on one file: each `Database` has connections of its own, as another process would.
@Suite struct ContentionTests {
    let fixture: Fixture

    init() throws {
        fixture = try Fixture()
    }

    /// Runs `body` on as many threads at once, and waits for all.
    private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) -> [String] {
        let errors = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: count) { index in
            do { try body(index) } catch { errors.withLock { $0.append("\(error)") } }
        }
        return errors.withLock { $0 }
    }

    @Test func eightProcessesRacingOver200JobsClaimEachOnce() throws {
        for index in 0..<200 { try fixture.enqueue("t\(index % 7)/c/m/l\(index)") }
        let claimed = Mutex<[TaskID]>([])
        let path = fixture.path
        let errors = onThreads(8) { index in
            let jobs = try SQLiteDatabase(path: path).jobs
            while let job = try jobs.claim(
                worker: "w\(index)", lease: .seconds(60), now: at(1), ended: { _ in nil })
            {
                claimed.withLock { $0.append(job.id) }
                guard
                    try jobs.finish(
                        job.id, worker: "w\(index)", duration: 1, callback: nil, now: at(2), publish: {})
                else { throw Unexpected("lost a lease") }
            }
        }
        #expect(errors.isEmpty)
        #expect(claimed.withLock { $0.count } == 200)
        #expect(claimed.withLock { Set($0).count } == 200)
        #expect(try fixture.jobs.counts()[.completed] == 200)
    }

    @Test func processesThatStartTogetherOnANewFileAllOpenIt() {
        for round in 0..<10 {
            let path = fixture.folder.appending(path: "new\(round).db").path
            #expect(onThreads(8) { _ in try SQLiteDatabase(path: path).ping() } == [])
        }
    }

    @Test func racingUploadsOfOneLessonLeaveOneWaiting() throws {
        let path = fixture.path
        let errors = onThreads(8) { index in
            let jobs = try SQLiteDatabase(path: path).jobs
            for _ in 0..<10 { _ = try jobs.enqueue(newJob("t/c/m/l"), now: at(Int64(index))) }
        }
        #expect(errors.isEmpty)
        let counts = try fixture.jobs.counts()
        #expect(counts[.queued] == 1 && counts[.superseded] == 79)
    }

    @Test func aWatchSeesWhatAnotherProcessCommitsAndNothingElse() throws {
        let watch = try fixture.database.makeChangeWatch()
        #expect(try watch.hasChanged())
        #expect(try !watch.hasChanged())
        _ = try fixture.another().jobs.enqueue(newJob("t/c/m/l"), now: at(1))
        #expect(try watch.hasChanged())
        #expect(try !watch.hasChanged())
        _ = try fixture.jobs.counts()
        #expect(try !watch.hasChanged())
    }

    /// The sqlite3 shell stands for a process that is killed between its writes and its commit.
    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: "/usr/bin/sqlite3"), "needs the sqlite3 shell"))
    func aProcessKilledInMidTransactionLeavesNoTraceAndNoLock() throws {
        let id = try fixture.enqueue("t/c/m/l")
        let shell = Process()
        let (input, output) = (Pipe(), Pipe())
        shell.executableURL = URL(filePath: "/usr/bin/sqlite3")
        shell.arguments = [fixture.path]
        (shell.standardInput, shell.standardOutput) = (input, output)
        try shell.run()
        let script = "BEGIN IMMEDIATE; UPDATE job SET filename = 'torn'; SELECT 'written';\n"
        try input.fileHandleForWriting.write(contentsOf: Data(script.utf8))
        #expect(output.fileHandleForReading.availableData == Data("written\n".utf8))
        kill(shell.processIdentifier, SIGKILL)
        shell.waitUntilExit()
        #expect(try fixture.another().jobs.job(id)?.filename.value == "Leçon 1.mp4")
        #expect(try fixture.claim()?.id == id)
    }
}
