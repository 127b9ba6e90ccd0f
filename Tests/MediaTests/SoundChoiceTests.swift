import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Sound that is none, and what is taken instead")
struct SoundChoiceTests {
    private static let film =
        "-f lavfi -i testsrc2=s=160x120:r=25:d=3 -f lavfi -i sine=r=48000:d=3 -pix_fmt yuv420p -c:v libx264 "
        + "-preset ultrafast -g 25"

    @Test(
        "A sound that is declared and has no packets costs the sound, not the film",
        arguments: [
            ("film.mkv", "-c:a libopus"), ("film.mkv", "-c:a aac"), ("film.mp4", "-c:a aac"),
            ("film.mov", "-c:a pcm_s16le"),
        ])
    func empty(name: String, codec: String) throws {
        let space = try Workspace()
        let path = try space.clip("full-\(name)", "\(Self.film) \(codec)")
        #expect(try Lesson(path, in: space).result.audioCodec != nil)
        let emptied = try Self.withoutSound(name, track: 1, in: space)
        let lesson = try Lesson(emptied, in: space)
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - 3) < 0.1)
        #expect(lesson.result.audioCodec == nil)
        #expect(lesson.result.plan.contains("audio: none"))
        #expect(lesson.result.plan.contains("ignored: stream 1 (audio"), "\(lesson.result.plan)")
        #expect(try Command.ffprobe("stream=codec_name", lesson.joined(), ["-select_streams", "a"]) == "")
    }

    /// The film "full-…" with a sound that is named and has no packets. Into MP4 ffmpeg writes no such track, so that the
    /// counts of its tables are set to none.
    private static func withoutSound(_ name: String, track: Int, in space: Workspace) throws -> String {
        guard name.hasSuffix(".mkv") else {
            try FileManager.default.copyItem(at: space.file("full-\(name)"), to: space.file(name))
            try space.patch(name) { data in
                for (table, offset) in [("stts", 4), ("stsc", 4), ("stsz", 8), ("stco", 4)] {
                    var place = data.startIndex
                    for _ in 0...track {
                        place = try #require(data.range(of: Data(table.utf8), in: place..<data.endIndex))
                            .upperBound
                    }
                    data.replaceSubrange(place + offset..<place + offset + 4, with: Data(count: 4))
                }
            }
            return space.file(name).path
        }
        return try space.clip(
            name, "-i full-\(name) -map 0 -c copy -bsf:a:\(track - 1) noise=drop=1:amount=0")
    }

    @Test(
        "The next sound is taken where the first is empty, and the plan says so",
        arguments: ["film.mkv", "film.mp4"])
    func nextBehindEmpty(name: String) throws {
        let space = try Workspace()
        _ = try space.clip("full-\(name)", "\(Self.film) -map 0:v -map 1:a -map 1:a -c:a aac")
        let path = try Self.withoutSound(name, track: 1, in: space)
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.audioCodec != nil)
        #expect(lesson.result.plan.contains("ignored: stream 1 (audio"))
        #expect(!lesson.result.plan.contains("ignored: stream 2"))
        #expect(try abs(Self.soundDuration(lesson.joined()) - 3) < 0.1)
    }

    @Test(
        "The next sound is taken where nothing of the first can be decoded",
        arguments: [("film.mkv", "-c:a flac"), ("film.mkv", "-c:a ac3"), ("film.mkv", "-c:a libmp3lame")])
    func nextBehindGarbage(name: String, codec: String) throws {
        let space = try Workspace()
        _ = try space.clip("full.mkv", "\(Self.film) -map 0:v -map 1:a -map 1:a \(codec) -c:a:1 aac")
        let path = try space.clip(name, "-i full.mkv -map 0 -c copy -bsf:a:0 noise=amount=1:drop=0")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(try abs(Self.soundDuration(lesson.joined()) - 3) < 0.2, "\(lesson.result.plan)")
    }

    @Test(
        "A kind of AAC that has a name and no decoder is passed over",
        arguments: [("film.mp4", 42), ("film.mov", 42), ("film.mp4", 34)])
    func namedWithoutDecoder(name: String, objectType: Int) throws {
        let space = try Workspace()
        let path = try space.clip(name, "\(Self.film) -map 0:v -map 1:a -map 1:a -c:a aac")
        // ISO/IEC 14496-3 §1.6.2.1: an object type above 31 has five ones, then six bits.
        let bits = UInt64(0b11111) << 35 | UInt64(objectType - 32) << 29 | 0b0011 << 25 | 0b0001 << 21
        try space.patch(name) { data in
            let box = try #require(data.range(of: Data("esds".utf8)))
            let tag = try #require(
                data.range(of: Data([0x05, 0x80, 0x80, 0x80]), in: box.upperBound..<data.endIndex))
            for index in 0..<Int(data[tag.upperBound]) where index < 5 {
                data[tag.upperBound + 1 + index] = UInt8(truncatingIfNeeded: bits >> (32 - 8 * index))
            }
        }
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.plan.contains("ignored: stream 1 (audio"), "\(lesson.result.plan)")
        #expect(try abs(Self.soundDuration(lesson.joined()) - 3) < 0.1)
    }

    @Test(
        "AAC that ADTS cannot say is re-encoded, and the pictures are not",
        arguments: [
            ("film.mp4", bit: 0x04, word: "960"), ("film.mov", bit: 0x04, word: "960"),
            ("film.mp4", bit: 0x01, word: "extensions"),
        ])
    func unsaidByADTS(name: String, bit: Int, word: String) throws {
        let space = try Workspace()
        let path = try space.clip(name, "\(Self.film) -c:a aac")
        #expect(try Lesson(path, in: space).result.plan.contains("audio: copy"))
        try space.patch(name) { data in
            let box = try #require(data.range(of: Data("esds".utf8)))
            let tag = try #require(
                data.range(of: Data([0x05, 0x80, 0x80, 0x80]), in: box.upperBound..<data.endIndex))
            data[tag.upperBound + 2] |= UInt8(bit)
        }
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.hasPrefix("video: copy"))
        #expect(lesson.result.plan.contains("audio: transcode"))
        #expect(lesson.result.plan.contains("ADTS cannot say"))
        #expect(lesson.result.plan.contains(word))
    }

    @Test(
        "Any number of channels becomes two, with a layout or without", arguments: [3, 9, 10, 11, 13, 16, 24])
    func channels(count: Int) throws {
        let space = try Workspace()
        let samples = (0..<count).map { $0 < 2 ? "0.5*sin(2*PI*440*t)" : "0.01*sin(2*PI*\(300 + $0 * 50)*t)" }
        let path = try space.clip(
            "film.mkv",
            "-f lavfi -i testsrc2=s=160x120:r=25:d=2 -f lavfi -i aevalsrc=\(samples.joined(separator: "|")):s=48000:d=2 "
                + "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 25 -c:a pcm_s24le")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        let joined = try lesson.joined()
        #expect(try Command.ffprobe("stream=channels", joined, ["-select_streams", "a"]) == "2")
        let loudness = try Command.run([
            "ffmpeg", "-v", "info", "-i", joined.path, "-vn", "-af", "volumedetect", "-f", "null", "-",
        ]).standardError
        #expect(loudness.contains("max_volume: -") && !loudness.contains("max_volume: -9"), "\(loudness)")
    }

    private static func soundDuration(_ file: URL) throws -> Double {
        let packets = try Command.run([
            "ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "packet=pts_time", "-of",
            "csv=p=0",
            file.path,
        ]).text.split(separator: "\n").count
        return Double(packets) * 1024 / 48_000
    }
}
