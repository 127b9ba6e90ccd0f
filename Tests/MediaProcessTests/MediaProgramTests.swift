import Crypto
import Foundation
import MediaProtocol
import Runtime
import Testing

@testable import MediaProcess

/// Programs that are no converters, to see that nothing they say or do is taken for a result.
@Suite struct MediaProgramTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    /// A program that reads its order and then does what `script` says.
    private func program(_ script: String) throws -> MediaProgram {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "focust-media")
        try Data("#!/bin/sh\nread -r order\n\(script)\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        return MediaProgram(path: file.path)
    }

    private func failure(_ script: String) throws -> MediaError? {
        let program = try program(script)
        return #expect(throws: MediaError.self) { try program.probe("/film.mp4") }
    }

    @Test func `Its result is believed when it ended well`() throws {
        try program(#"echo '{"finished":null}'"#).probe("/film.mp4")
    }

    @Test(arguments: [
        "echo hello", #"echo '{"finished":null,"failed":null}'"#, #"echo '{"progress":2}'"#,
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
