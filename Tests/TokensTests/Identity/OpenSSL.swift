import Foundation
import Testing

/// The openssl command: makes the keys and signatures that our own code is judged by.
enum OpenSSL {
    /// What the command wrote, given `input`; a status other than 0 fails the test.
    static func run(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let standardInput = Pipe()
        let standardOutput = Pipe()
        process.standardInput = standardInput
        process.standardOutput = standardOutput
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Every input here is smaller than a pipe's buffer, so that writing it all first cannot block.
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input))
        try standardInput.fileHandleForWriting.close()
        let output = standardOutput.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl \(arguments.joined(separator: " "))")
        return [UInt8](output)
    }

    /// HMAC-SHA-256; a key of no bytes is the one a naive verifier has when it finds none.
    static func hmac(_ message: [UInt8], key: [UInt8]) throws -> [UInt8] {
        let hex = key.isEmpty ? "00" : key.map { String(format: "%02x", $0) }.joined()
        return try run(
            ["dgst", "-sha256", "-binary", "-mac", "HMAC", "-macopt", "hexkey:\(hex)"], input: message)
    }
}
