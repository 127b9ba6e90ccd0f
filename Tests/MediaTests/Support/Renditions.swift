import Crypto
import Domain
import Foundation
import MediaProtocol
import Testing

@testable import Media

/// A lesson whose other renditions were made, read by ffprobe, ffmpeg and openssl rather than by our own code.
struct Renditions {
    /// Tiny clips have few pixels, so the ladder is low; the lowest is as everywhere.
    static let ladder = Ladder(
        rungs: [
            Rung(shorterSide: 120, maxBitrate: 400_000),
            Rung(shorterSide: 80, maxBitrate: 85_000, maxFrameRate: 15),
        ], maxBitrate: 5_000_000)

    let lesson: Lesson
    let directory: URL
    let keys: [RenditionName: ContentKey]
    let order: RenditionsOrder
    let result: RenditionsResult
    let planned: [PlannedRendition]

    /// Converts `path` and makes its renditions, of the original or of the lesson's segments.
    init(
        _ path: String, in space: Workspace, ladder: Ladder = Self.ladder, fromSegments: Bool = false,
        options: ConversionOptions = Lesson.quick
    ) throws {
        var options = options
        options.ladder = ladder
        let lesson = try Lesson(path, in: space, options: options)
        let directory = space.file("renditions-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        var keys: [RenditionName: ContentKey] = [.first: lesson.key]
        for name in RenditionName.all.dropFirst() { keys[name] = .random() }
        let order = RenditionsOrder(
            source: fromSegments ? .segments : .file(path), lesson: lesson.directory.path,
            directory: directory.path, keys: keys, options: options)
        (self.lesson, self.directory, self.keys, self.order) = (lesson, directory, keys, order)
        (result, planned) = try Self.make(order)
    }

    static func make(
        _ order: RenditionsOrder, cancellation: Cancellation = Cancellation(deadline: .seconds(120))
    ) throws -> (RenditionsResult, [PlannedRendition]) {
        var planned: [PlannedRendition] = []
        let result = try RenditionsMaker(order).make(
            cancellation: cancellation, planned: { planned = $1 })
        return (result, planned)
    }

    /// Those that were made and kept.
    var made: [Rendition] { result.renditions.filter { $0.name != .first } }

    func folder(_ name: RenditionName) -> URL { name == .first ? lesson.directory : directory }

    func playlist(_ name: RenditionName) throws -> String {
        let file = name == .first ? "output.m3u8" : name.playlist
        return try String(contentsOf: folder(name).appendingPathComponent(file), encoding: .utf8)
    }

    /// All segments of a rendition, decrypted by openssl, one behind the other.
    func joined(_ name: RenditionName) throws -> URL {
        let url = directory.appendingPathComponent("joined-\(name).ts")
        var data = Data()
        for number in try segments(name).indices { data += try Data(contentsOf: plain(name, number)) }
        try data.write(to: url)
        return url
    }

    func segments(_ name: RenditionName) throws -> [String] {
        try playlist(name).split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }

    func plain(_ name: RenditionName, _ number: Int) throws -> URL {
        let file = try segments(name)[number]
        let output = directory.appendingPathComponent("plain-\(file)")
        let key = try #require(keys[name]).bytes.map { String(format: "%02x", $0) }.joined()
        let decrypted = try Command.run([
            "openssl", "enc", "-d", "-aes-128-cbc", "-K", key, "-iv", String(format: "%032x", number),
            "-in", folder(name).appendingPathComponent(file).path, "-out", output.path,
        ])
        try #require(decrypted.status == 0, "\(file): \(decrypted.standardError)")
        return output
    }

    /// Times of a stream's packets in one segment, as ffprobe reads them: 90 kHz.
    func times(_ name: RenditionName, _ number: Int, _ stream: String) throws -> [Int] {
        let output = try Command.run([
            "ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "packet=pts,flags",
            "-of", "csv=p=0", try plain(name, number).path,
        ]).text
        return output.split(separator: "\n").compactMap { Int($0.prefix { $0 != "," }) }
    }
}
