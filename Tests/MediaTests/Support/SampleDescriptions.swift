import Foundation
import Testing

/// Joins two MP4 films of one codec as some editors do it: one track, whose later samples go by a second sample
/// description (ISO/IEC 14496-12 §8.5.2) with parameter sets of its own. ffmpeg writes no such files.
enum SampleDescriptions {
    /// Patches `joined`, whose first `count` samples come from elsewhere and all others from `second`.
    static func add(from second: URL, behind count: Int, in joined: URL) throws {
        let entry = try #require(try MovieBoxes.contents("stsd", in: second).first).dropFirst(8)
        func table(_ type: String) throws -> [UInt8] {
            try #require(try MovieBoxes.contents(type, in: joined).first)
        }
        let offsets = try sampleOffsets(table("stsc"), table("stco"), table("stsz"))
        try MovieBoxes.rewrite(joined) { type, _, content in
            switch type {
            case "stsd": [0, 0, 0, 0] + MovieBoxes.number(2) + content.dropFirst(8) + entry
            // One sample in each chunk, so that a chunk never holds samples of both.
            case "stsc": [0, 0, 0, 0] + [2, 1, 1, 1, count + 1, 1, 2].flatMap(MovieBoxes.number)
            case "stco": [0, 0, 0, 0] + ([offsets.count] + offsets).flatMap(MovieBoxes.number)
            default: nil
            }
        }
    }

    private static func sampleOffsets(_ runs: [UInt8], _ chunks: [UInt8], _ sizes: [UInt8]) throws -> [Int] {
        let samples = (0..<MovieBoxes.number(sizes, 8)).map { MovieBoxes.number(sizes, 12 + 4 * $0) }
        let runCount = MovieBoxes.number(runs, 4)
        var offsets: [Int] = []
        for chunk in 0..<MovieBoxes.number(chunks, 4) {
            let run = try #require((0..<runCount).last { MovieBoxes.number(runs, 8 + 12 * $0) <= chunk + 1 })
            var offset = MovieBoxes.number(chunks, 8 + 4 * chunk)
            for _ in 0..<MovieBoxes.number(runs, 12 + 12 * run) where offsets.count < samples.count {
                let size = samples[offsets.count]
                offsets.append(offset)
                offset += size
            }
        }
        return offsets
    }
}
