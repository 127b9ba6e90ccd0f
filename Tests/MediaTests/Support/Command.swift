import Foundation
import Testing

/// A program of the system, run to its end: the judges (ffprobe, ffmpeg, openssl) and the maker of inputs.
enum Command {
    struct Output {
        let status: Int32
        let standardOutput: Data
        let standardError: String

        var text: String { String(decoding: standardOutput, as: UTF8.self) }
    }

    /// Runs `arguments[0]` from the PATH in `directory`.
    static func run(_ arguments: [String], in directory: URL? = nil) throws -> Output {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        let errors = FileManager.default.temporaryDirectory.appendingPathComponent("stderr-\(UUID())")
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: errors) }
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
        return Output(status: process.terminationStatus, standardOutput: data, standardError: text)
    }

    /// Runs ffmpeg quietly; a non-zero status fails the test.
    @discardableResult
    static func ffmpeg(_ arguments: String, in directory: URL) throws -> Output {
        let words = arguments.split(separator: " ").map(String.init)
        let output = try run(["ffmpeg", "-hide_banner", "-loglevel", "error", "-y"] + words, in: directory)
        try #require(output.status == 0, "ffmpeg \(arguments): \(output.standardError)")
        return output
    }

    /// What ffprobe prints for `entries` ("stream=width", "format=duration"), the first line of it.
    ///
    /// MPEG-TS has its streams listed twice, the second time within the program.
    static func ffprobe(_ entries: String, _ file: URL, _ more: [String] = []) throws -> String {
        let arguments = ["ffprobe", "-v", "error", "-of", "csv=p=0", "-show_entries", entries] + more
        let lines = try run(arguments + [file.path]).text.split(separator: "\n")
        return lines.first?.trimmingCharacters(in: CharacterSet(charactersIn: ", \r")) ?? ""
    }
}
