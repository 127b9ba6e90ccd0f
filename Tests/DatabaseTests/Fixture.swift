import Database
import DatabaseSQLite
import Domain
import Foundation
import MemoryDatabase
import Testing

/// What keeps the state; every promise of the protocols is tested with each.
enum Engine: CaseIterable, Sendable {
    case sqlite
    case memory

    static let all = allCases
}

/// A database in a folder of its own, removed afterwards, and the shortest ways to fill it.
final class Fixture {
    let folder: URL
    let database: any Database
    var path: String { folder.appending(path: "focust.db").path }
    var jobs: any JobQueue { database.jobs }

    init(_ engine: Engine = .sqlite) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "focust-db-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        database =
            switch engine {
            case .sqlite: try SQLiteDatabase(path: folder.appending(path: "focust.db").path)
            case .memory: MemoryDatabase()
            }
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The same state, as another process would have it.
    func another() throws -> any Database {
        database is MemoryDatabase ? database : try SQLiteDatabase(path: path)
    }

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

func newJob(_ rel: String, _ receipt: Receipt? = nil, kind: JobKind = .conversion) throws -> NewJob {
    let id = TaskID(random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
    return NewJob(
        id: id, kind: kind, location: try #require(LessonLocation(rel)),
        filename: try #require(Filename("Leçon 1.mp4")),
        sourcePath: "uploads/\(rel)/\(id).mp4", bytes: ByteCount(1234), receipt: receipt)
}

func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

/// What tests mostly leave out.
extension JobQueue {
    func list(status: JobStatus, limit: Int) throws -> [Job] {
        try list(location: nil, status: status, limit: limit)
    }

    func list(location: LessonLocation? = nil, limit: Int) throws -> [Job] {
        try list(location: location, status: nil, limit: limit)
    }

    func describe(
        _ id: TaskID, worker: String, duration: Double?, plan: String?, now: Timestamp
    ) throws -> Bool {
        try describe(
            id, worker: worker, duration: duration, plan: plan, codecs: nil,
            size: PictureSize(width: 640, height: 360),
            now: now)
    }

    func prune(endedBefore cutoff: Timestamp) throws -> Int {
        try prune(endedBefore: cutoff, limit: 500)
    }
}
