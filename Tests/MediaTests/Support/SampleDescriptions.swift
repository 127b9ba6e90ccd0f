import Foundation
import Testing

/// Joins two MP4 films of one codec as some editors do it: one track, whose later samples go by a second sample
/// description (ISO/IEC 14496-12 §8.5.2) with parameter sets of its own. ffmpeg writes no such files.
enum SampleDescriptions {
    private static let containers: Set<String> = ["moov", "trak", "mdia", "minf", "stbl"]

    /// Patches `joined`, whose first `count` samples come from elsewhere and all others from `second`.
    static func add(from second: URL, behind count: Int, in joined: URL) throws {
        var found: [String: [UInt8]] = [:]
        _ = rebuilt([UInt8](try Data(contentsOf: second))) { type, content in
            found[type] = content
            return nil
        }
        let entry = try #require(found["stsd"]).dropFirst(8)
        let bytes = [UInt8](try Data(contentsOf: joined))
        var tables: [String: [UInt8]] = [:]
        _ = rebuilt(bytes) { type, content in
            tables[type] = content
            return nil
        }
        let offsets = try sampleOffsets(
            try #require(tables["stsc"]), try #require(tables["stco"]), try #require(tables["stsz"]))
        let patched = rebuilt(bytes) { type, content in
            switch type {
            case "stsd": [0, 0, 0, 0] + number(2) + content.dropFirst(8) + entry
            // One sample in each chunk, so that a chunk never holds samples of both.
            case "stsc": [0, 0, 0, 0] + [2, 1, 1, 1, count + 1, 1, 2].flatMap(number)
            case "stco": [0, 0, 0, 0] + ([offsets.count] + offsets).flatMap(number)
            default: nil
            }
        }
        try Data(patched).write(to: joined)
    }

    private static func sampleOffsets(_ runs: [UInt8], _ chunks: [UInt8], _ sizes: [UInt8]) throws -> [Int] {
        let samples = (0..<number(sizes, 8)).map { number(sizes, 12 + 4 * $0) }
        let runCount = number(runs, 4)
        var offsets: [Int] = []
        for chunk in 0..<number(chunks, 4) {
            let run = try #require((0..<runCount).last { number(runs, 8 + 12 * $0) <= chunk + 1 })
            var offset = number(chunks, 8 + 4 * chunk)
            for _ in 0..<number(runs, 12 + 12 * run) where offsets.count < samples.count {
                let size = samples[offsets.count]
                offsets.append(offset)
                offset += size
            }
        }
        return offsets
    }

    private static func rebuilt(_ bytes: [UInt8], _ change: (String, [UInt8]) -> [UInt8]?) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        while position + 8 <= bytes.count {
            let size = number(bytes, position)
            let type = String(decoding: bytes[position + 4..<position + 8], as: UTF8.self)
            let content = Array(bytes[position + 8..<position + size])
            let inner = containers.contains(type) ? rebuilt(content, change) : content
            let new = change(type, content) ?? inner
            result += number(new.count + 8) + Array(type.utf8) + new
            position += size
        }
        return result
    }

    private static func number(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static func number(_ bytes: [UInt8], _ position: Int) -> Int {
        bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
    }
}
