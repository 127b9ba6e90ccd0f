import Domain
import Foundation
import Synchronization
import Testing

@testable import Files

/// A data directory of its own, removed afterwards, and short ways to look into it.
final class Fixture {
    let outside: URL
    let tree: DataDirectory

    /// A second view of the tree at `root`, made like the first.
    init(at root: String) throws {
        outside = URL(filePath: root).deletingLastPathComponent()
        tree = try DataDirectory(creatingAt: root)
    }

    init() throws {
        outside = FileManager.default.temporaryDirectory.appending(path: "focust-files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: true)
        tree = try DataDirectory(creatingAt: outside.appending(path: "data").path)
    }

    deinit {
        try? FileManager.default.removeItem(at: outside)
    }

    func exists(_ relative: String) -> Bool {
        FileManager.default.fileExists(atPath: tree.absolutePath(relative))
    }

    func names(_ relative: String) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: tree.absolutePath(relative)))
    }

    func mode(_ relative: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: tree.absolutePath(relative))
        return try #require(attributes[.posixPermissions] as? Int)
    }

    func write(_ text: String, to relative: String) throws {
        let url = URL(filePath: tree.absolutePath(relative))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func text(_ relative: String) throws -> String {
        try String(contentsOf: URL(filePath: tree.absolutePath(relative)), encoding: .utf8)
    }

    func link(_ relative: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: tree.absolutePath(relative), withDestinationPath: target)
    }

    /// Receives `text` as an upload.
    func upload(_ text: String, task: TaskID, _ location: LessonLocation) throws -> String {
        var staged = try tree.makeStagingFile()
        try staged.write(Array(text.utf8).span)
        let kept = try tree.commitUpload(
            staged, task: task, location: location, filename: try #require(Filename("film.mp4")))
        return kept.path
    }

    /// The lesson at `path`; throws where there is none.
    func open(_ path: String) throws -> LessonDirectory {
        guard let lesson = try tree.openLesson(at: location(path)) else { throw CocoaError(.fileNoSuchFile) }
        return lesson
    }

    /// Publishes a lesson whose playlist and key both say `mark`; the one that it replaces is kept if that is said.
    func publish(
        _ mark: String, _ location: LessonLocation, keeping retirement: Retirement? = nil, limit: Int = 0
    ) throws {
        let staging = try stage(mark)
        let kept = try retirement.flatMap { try staging.keepReplaced(at: location, $0, limit: limit) }
        defer { extendLifetime(kept) }
        try staging.publish(as: location)
    }

    /// A lesson whose files all say `mark`, ready to be published.
    func stage(_ mark: String) throws -> StagingDirectory {
        let staging = try tree.makeStagingDirectory(task: newTask())
        for name in ["output.m3u8", "segment_000.ts", "segment_001.ts"] {
            try Data(mark.utf8).write(to: URL(filePath: "\(staging.path)/\(name)"))
        }
        try staging.writeKey(Array(mark.utf8))
        try staging.sync()
        return staging
    }
}

func newTask() -> TaskID {
    TaskID(random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
}

func location(_ path: String) throws -> LessonLocation { try #require(LessonLocation(path)) }

/// Tells readers to stop.
final class EndSignal: Sendable {
    let isReached = Atomic(false)
}
