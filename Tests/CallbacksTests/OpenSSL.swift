import Foundation

/// The judge of signatures.
enum OpenSSL {
    /// `openssl dgst` over `message`.
    static func hmacSHA256(_ message: Data, key: Data) throws -> Data {
        let process = Process()
        let hex = key.map { String(format: "%02x", $0) }.joined()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = ["dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:\(hex)", "-binary"]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(message)
        try input.fileHandleForWriting.close()
        let tag = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return tag
    }
}
