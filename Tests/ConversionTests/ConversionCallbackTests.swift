import Database
import Domain
import Files
import Foundation
import Logging
import MediaClient
import MediaProtocol
import System
import TestOutbox
import Testing

@testable import Conversion

/// A real conversion and the callback that its end stores.
@Suite struct ConversionCallbackTests {
    private let outbox: Outbox
    private let files: DataDirectory

    init() throws {
        outbox = try Outbox()
        files = try DataDirectory(creatingAt: outbox.folder.appending(path: "data").path)
    }

    @Test func `A finished conversion has stored its callback, with the duration`() throws {
        let new = try newJob(
            "t/c/m/l", success: "https://site.example/done", error: "https://site.example/no")
        try makeFilm(new.sourcePath)
        let value = try #require(try end(of: new))
        #expect(try outbox.database.jobs.job(new.id)?.status == .completed)
        #expect(value.url == "https://site.example/done")
        let duration = try #require(value.json["duration"] as? Double)
        #expect(value.json["status"] as? String == "success")
        #expect((0.9...1.2).contains(duration))
    }

    @Test func `A failed one too, with the reason`() throws {
        let new = try newJob(
            "t/c/m/l", success: "https://site.example/done", error: "https://site.example/no")
        try write("no film at all", to: new.sourcePath)
        let value = try #require(try end(of: new))
        #expect(try outbox.database.jobs.job(new.id)?.status == .failed)
        #expect(value.url == "https://site.example/no")
        #expect(value.json["status"] as? String == "error")
        #expect((value.json["error"] as? String)?.isEmpty == false)
    }

    /// Converts the one job and answers its callback.
    private func end(of new: NewJob) throws -> (url: String, json: [String: Any])? {
        _ = try outbox.database.jobs.enqueue(new, now: outbox.time.now)
        let job = try outbox.database.jobs.claim(worker: "w", lease: .seconds(30), now: outbox.time.now) {
            _ in nil
        }
        let service = try outbox.conversions(files)
        ConversionRun(
            attempt: Attempt(job: try #require(job), worker: "w", service: service, stop: outbox.stop)
        ).run()
        guard let callback = try outbox.callback(of: new.id) else { return nil }
        let json = try JSONSerialization.jsonObject(with: Data(callback.body)) as? [String: Any]
        return (callback.url, try #require(json))
    }

    private func write(_ text: String, to relative: String) throws {
        let file = URL(filePath: files.absolutePath(relative))
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private func makeFilm(_ relative: String) throws {
        try write("", to: relative)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ffmpeg")
        process.arguments = [
            "-loglevel", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=128x96:rate=10:duration=1", "-c:v",
            "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", files.absolutePath(relative),
        ]
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
