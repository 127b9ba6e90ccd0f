import Domain
import Foundation
import Testing

@testable import Database

/// A database in a folder of its own, removed afterwards, and the shortest ways to fill it.
final class Fixture {
    let folder: URL
    let database: Database
    var path: String { folder.appending(path: "focust.db").path }
    var jobs: JobQueue { database.jobs }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "focust-db-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        database = try Database(path: folder.appending(path: "focust.db").path)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// Another `Database` on the same file, as another process would have.
    func another() throws -> Database { try Database(path: path) }

    @discardableResult
    func enqueue(_ rel: String, at milliseconds: Int64 = 0) throws -> TaskID {
        let new = try newJob(rel)
        _ = try jobs.enqueue(new, now: Timestamp(milliseconds: milliseconds))
        return new.id
    }

    func claim(_ worker: String = "w", at milliseconds: Int64 = 1000) throws -> Job? {
        try jobs.claim(worker: worker, lease: .seconds(10), now: Timestamp(milliseconds: milliseconds)) { _ in
            nil
        }
    }

    func status(_ id: TaskID) throws -> JobStatus? { try jobs.job(id)?.status }
}

func newJob(_ rel: String) throws -> NewJob {
    var random = CountedRandom()
    let id = TaskID(using: &random)
    return NewJob(
        id: id, location: try #require(LessonLocation(rel)), filename: try #require(Filename("Leçon 1.mp4")),
        sourcePath: "uploads/\(rel)/\(id).mp4", bytes: ByteCount(1234))
}

func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

/// The system's random numbers from a value that has a size: ThreadSanitizer takes an empty one's address, which is
/// none, and dies of it.
struct CountedRandom: RandomNumberGenerator {
    private var count = 0
    private var system = SystemRandomNumberGenerator()

    mutating func next() -> UInt64 {
        count += 1
        return system.next()
    }
}
