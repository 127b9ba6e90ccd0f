import Crypto
import Foundation
import Glibc
import MediaProtocol
import System
import Testing

@testable import MediaClient

/// Programs that are no converters, to see that nothing they say or do is taken for a result.
@Suite struct MediaProgramTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    /// A program that reads its order and then does what `script` says.
    private func program(_ script: String) throws -> MediaProgram {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let draft = folder.appending(path: "draft").path
        let file = folder.appending(path: "focust-media").path
        try Data("#!/bin/sh\nread -r order\n\(script)\n".utf8).write(to: URL(filePath: draft))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: draft)
        // Copied by another process: a test that starts one meanwhile would hold our descriptor, and the file be busy.
        var copy = try ChildProcess(path: "/bin/cp", arguments: ["-p", draft, file])
        let ending = copy.wait()
        try #require(ending == .exited(code: 0))
        return MediaProgram(path: file)
    }

    private func failure(_ script: String) throws -> MediaError? {
        let program = try program(script)
        return #expect(throws: MediaError.self) { try program.probe("/film.mp4") }
    }

    @Test(arguments: ["bin", "libexec/focust-video", "lib/focust-video"])
    func `It is found where it is built or installed`(place: String) throws {
        let directory = folder.appending(path: place)
        for path in [folder.appending(path: "bin"), directory] {
            try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        }
        let server = folder.appending(path: "bin/focust-video").path
        #expect(MediaProgram.beside(server) == nil)
        try FileManager.default.copyItem(
            atPath: "/bin/true", toPath: directory.appending(path: "focust-media").path)
        let found = try #require(MediaProgram.beside(server))
        #expect(access(found.path, X_OK) == 0)
    }

    @Test func `Its result is believed when it ended well`() throws {
        #expect(try program(#"echo '{"finished":"webm"}'"#).probe("/film.mp4") == "webm")
    }

    @Test(arguments: [
        "echo hello", #"echo '{"finished":null}'"#,
        #"echo '{"finished":null,"failed":null}'"#,
        #"echo '{"progress":2}'"#,
        #"echo '{"failed":{"kind":"whim"}}'"#, "head -c 200000 /dev/zero", "echo",
    ])
    func `Nonsense is an error`(script: String) throws {
        #expect(try failure(script)?.operation == "media process")
    }

    @Test(arguments: ["exit 0", "exit 1", "kill -SEGV $$", #"echo '{"finished":null}'; kill -KILL $$"#])
    func `An end without a result is a crash`(script: String) throws {
        #expect(try failure(script)?.kind == .crashed)
    }

    @Test func `A crash comes with its last words`() throws {
        let error = try failure("echo 'index out of range' >&2; kill -ABRT $$")
        #expect(error?.kind == .crashed)
        #expect(error?.detail?.contains("index out of range") == true)
    }

    @Test func `What it failed with arrives whole`() throws {
        let told = #"{"kind":"resource","message":"Full.","operation":"write","code":-28,"text":"No space","#
        let error = try failure("echo '{\"failed\":\(told)\"detail\":\"d\",\"rule\":null}}'; exit 1")
        #expect(error?.kind == .resource)
        #expect(error?.message == "Full.")
        #expect(error?.code == MediaErrorCode(rawValue: -28, text: "No space"))
        #expect(error?.detail == "d")
    }

    @Test func `A program that cannot be started is a lack of resources`() {
        let error = #expect(throws: MediaError.self) { try MediaProgram(path: "/nonexistent").probe("/film") }
        #expect(error?.kind == .resource)
    }

    @Test func `A process that was prepared takes the order, and no other is started`() throws {
        let prepared = try program(#"echo '{"finished":"mp4"}'"#).prepare()
        _ = try MediaProgram(path: "/nonexistent").probe("/film.mp4", by: prepared)
    }

    @Test func `One whose libraries are not there blames no film`() throws {
        #expect(try failure("exit 127")?.kind == .resource)
    }

    @Test func `One that ended before its order came has crashed`() {
        let program = MediaProgram(path: "/bin/false")
        let error = #expect(throws: MediaError.self) { try program.probe("/film.mp4", by: program.prepare()) }
        #expect(error?.kind == .crashed)
    }

    @Test func `A process that says no more and does not end is not waited for beyond its deadline`() throws {
        let watch = ConversionWatch(
            cancellation: nil, deadline: { _ in .milliseconds(300) }, progress: { _ in }, log: { _ in })
        let error = #expect(throws: MediaError.self) {
            _ = try convert("exec >&- 2>&-; exec sleep 20", watch)
        }
        #expect(error?.kind == .deadline)
    }

    @Test(arguments: ["-1e308", "-1", "1e308", "360001"])
    func `A duration that no film has is nonsense`(seconds: String) throws {
        #expect(try failure("echo '{\"planned\":\(seconds)}'; exec sleep 20")?.operation == "media process")
    }

    @Test func `A plan made twice is nonsense, for each sets the deadline anew`() throws {
        let script = #"echo '{"planned":5}'; echo '{"planned":5}'; exec sleep 20"#
        #expect(try failure(script)?.operation == "media process")
    }

    private func convert(
        _ script: String, _ watch: ConversionWatch
    ) throws -> ConversionResult {
        try program(script).convert(
            "/film", into: "/lesson", key: .random(), options: ConversionOptions(), watch)
    }

    @Test func `A conversion ends at its deadline, which the plan sets anew`() throws {
        let watch = ConversionWatch(
            cancellation: nil, deadline: { $0 == 5 ? .milliseconds(50) : .seconds(60) }, progress: { _ in },
            log: { _ in })
        let error = #expect(throws: MediaError.self) {
            _ = try convert(#"echo '{"planned":5}'; exec sleep 60"#, watch)
        }
        #expect(error?.kind == .deadline)
    }

    @Test func `A conversion ends when it is cancelled`() throws {
        let stop = try StopSignal()
        let watch = ConversionWatch(
            cancellation: stop, deadline: { _ in .seconds(60) }, progress: { _ in stop.raise() },
            log: { _ in })
        let error = #expect(throws: MediaError.self) {
            _ = try convert(#"echo '{"progress":0.5}'; exec sleep 60"#, watch)
        }
        #expect(error?.kind == .cancelled)
    }
}
