import Crypto
import Foundation
import MediaProtocol
import Testing

@testable import Media

/// A converted lesson on disk, read by ffprobe, ffmpeg and openssl rather than by our own code.
struct Lesson {
    let directory: URL
    let key = ContentKey.random()
    let result: ConversionResult
    let shares: [Double]

    /// Converts `path` into a new folder of `space` and puts the key beside it, as a server would.
    init(
        _ path: String, in space: Workspace, options: ConversionOptions = Self.quick,
        limits: MediaLimits = .default
    ) throws {
        directory = space.file("lesson-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        var shares: [Double] = []
        result = try HLSConverter(options: options, limits: limits).convert(
            path, into: directory.path, key: key, cancellation: Cancellation(deadline: .seconds(120))
        ) { shares.append($0) }
        self.shares = shares
        try Data(key.bytes).write(to: directory.appendingPathComponent("enc.key"))
    }

    /// Two-second segments and the fastest preset, so that clips stay tiny.
    static let quick = ConversionOptions(segmentSeconds: 2, preset: "ultrafast")

    var playlistURL: URL { directory.appendingPathComponent("output.m3u8") }
    var playlist: [String] {
        get throws { try String(contentsOf: playlistURL, encoding: .utf8).components(separatedBy: "\n") }
    }
    var segmentNames: [String] { get throws { try playlist.filter { $0.hasSuffix(".ts") } } }
    var durations: [Double] {
        get throws {
            try playlist.filter { $0.hasPrefix("#EXTINF:") }.compactMap { Double($0.dropFirst(8).dropLast()) }
        }
    }

    /// Segment `number`, decrypted by openssl with its media sequence number as IV.
    func plain(_ number: Int) throws -> URL {
        let name = try segmentNames[number]
        let output = directory.appendingPathComponent("plain-\(name)")
        let key = key.bytes.map { String(format: "%02x", $0) }.joined()
        let decrypted = try Command.run([
            "openssl", "enc", "-d", "-aes-128-cbc", "-K", key, "-iv", String(format: "%032x", number),
            "-in", directory.appendingPathComponent(name).path, "-out", output.path,
        ])
        try #require(decrypted.status == 0, "\(name): \(decrypted.standardError)")
        return output
    }

    /// All segments decrypted, one behind the other.
    func joined() throws -> URL {
        let url = directory.appendingPathComponent("joined.ts")
        var data = Data()
        for number in try segmentNames.indices { data += try Data(contentsOf: try plain(number)) }
        try data.write(to: url)
        return url
    }

    /// What ffmpeg complains about when it plays the whole lesson; "" for nothing.
    func complaints() throws -> String {
        try Command.run([
            "ffmpeg", "-hide_banner", "-v", "warning", "-allowed_extensions", "ALL", "-i", playlistURL.path,
            "-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "null", "-",
        ]).standardError
    }
}
