import Crypto
import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Copy path")
struct CopyTests {
    private static let pictures = "-f lavfi -i testsrc2=s=320x240:r=25:d="
    private static let sound = "-f lavfi -i sine=f=440:r=48000:d="
    private static let codecs = "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -c:a aac"

    @Test(
        "H.264 and AAC go over bit for bit, whatever carries them",
        arguments: [
            ("clip.mp4", "-g 25 -bf 2"), ("faststart.mp4", "-g 50 -movflags faststart"),
            ("fragmented.mp4", "-g 25 -movflags frag_keyframe+empty_moov"), ("clip.mov", "-g 30 -bf 3"),
            ("clip.mkv", "-g 25 -bf 2"), ("clip.flv", "-g 25 -ar 44100"), ("clip.ts", "-g 25 -bf 2"),
        ])
    func copies(name: String, more: String) throws {
        let space = try Workspace()
        let preset = more.contains("-bf") ? "veryfast" : "ultrafast"
        let path = try space.clip(
            name,
            "\(Self.pictures)9 \(Self.sound)9 -pix_fmt yuv420p -c:v libx264 -preset \(preset) -c:a aac \(more)"
        )
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.hasPrefix("video: copy"), "\(lesson.result.plan)")
        #expect(lesson.result.plan.contains("audio: copy"), "\(lesson.result.plan)")
        try lesson.expectRules()
        #expect(try Self.hashes(lesson.joined(), "v") == Self.hashes(space.file(name), "v"))
        #expect(abs(lesson.result.duration - 9) < 0.1)
        #expect(lesson.result.videoCodec.hasPrefix("avc1.") && lesson.result.audioCodec == "mp4a.40.2")
    }

    @Test("The sound's samples are the source's too")
    func copiesSound() throws {
        let space = try Workspace()
        // ADTS in, so that no edit list trims the encoder's delay away on one side only.
        let path = try space.clip("clip.ts", "\(Self.pictures)6 \(Self.sound)6 \(Self.codecs) -g 25")
        let lesson = try Lesson(path, in: space)
        #expect(try Self.hashes(lesson.joined(), "a") == Self.hashes(space.file("clip.ts"), "a"))
    }

    @Test("A silent video becomes a silent lesson")
    func copiesSilent() throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", "\(Self.pictures)5 \(Self.codecs) -g 25")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.audioCodec == nil)
        #expect(try Command.ffprobe("stream=index", try lesson.joined(), ["-select_streams", "a"]) == "")
    }

    @Test(
        "No sliver ends a lesson, and segments stay near the target",
        arguments: [(4.2, "25"), (6.2, "50"), (5.0, "30"), (0.4, "10")])
    func noSliver(seconds: Double, gop: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4", "\(Self.pictures)\(seconds) \(Self.codecs) -g \(gop) -sc_threshold 0")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(try lesson.durations.allSatisfy { $0 <= 3.01 })
    }

    @Test("Each EXTINF is the distance of the first pictures of two segments")
    func realDurations() throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", "\(Self.pictures)9 \(Self.sound)9 \(Self.codecs) -g 33")
        let lesson = try Lesson(path, in: space)
        let starts = try lesson.segmentNames.indices.map { number in
            let times = try Command.ffprobe(
                "packet=pts_time", lesson.plain(number), ["-select_streams", "v", "-read_intervals", "%+#1"])
            return try #require(Double(times.split(whereSeparator: { "\n,".contains($0) }).first ?? ""))
        }
        for (number, pair) in zip(starts, starts.dropFirst()).enumerated() {
            #expect(abs(pair.1 - pair.0 - (try lesson.durations[number])) < 0.0001)
        }
        #expect(starts.count > 2)
    }

    @Test(
        "A film held upright is copied up to the same number of pixels as one held across",
        arguments: [
            ("180x320", StreamDecision.Action.copy), ("320x180", .copy), ("182x182", .transcode),
            ("182x320", .transcode), ("320x182", .transcode),
        ])
    func countsShorterSide(size: String, action: StreamDecision.Action) throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", "-f lavfi -i testsrc2=s=\(size):r=25:d=1 \(Self.codecs)")
        let options = ConversionOptions(segmentSeconds: 2, maxHeight: 180)
        #expect(try HLSConverter(options: options).plan(path).video.action == action)
    }

    @Test(
        "Parameter sets that change in the pictures themselves are no copy, and no picture is lost",
        arguments: ["film.ts", "film.mp4", "film.mkv", "film.mov"])
    func setsInBand(name: String) throws {
        let space = try Workspace()
        // One has no CABAC, and the other more references.
        let parts = ["-preset ultrafast", "-preset ultrafast -x264-params cabac=1:8x8dct=1:ref=3"]
        var joined = Data()
        for (number, part) in parts.enumerated() {
            _ = try space.clip(
                "part.ts",
                "-f lavfi -i testsrc2=s=160x120:r=25:d=2 -pix_fmt yuv420p -c:v libx264 -g 25 -bf 0 \(part) "
                    + "-output_ts_offset \(2 * number) -y")
            joined += try Data(contentsOf: space.file("part.ts"))
        }
        try joined.write(to: space.file("joined.ts"))
        let path = try space.clip(name, "-i joined.ts -c copy")
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.hasPrefix("video: transcode"), "\(lesson.result.plan)")
        try lesson.expectRules()
        let pictures = try Command.ffprobe(
            "stream=nb_read_frames", lesson.joined(), ["-select_streams", "v", "-count_frames"])
        #expect(pictures == "100")
    }

    @Test("A copy that turns out to be unsafe on the way is made again by re-encoding")
    func fallsBack() throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", "\(Self.pictures)6 \(Self.sound)6 \(Self.codecs) -g 25 -bf 0")
        // One picture's unit claims to be longer than the packet: an index cannot tell.
        let places = try Command.run([
            "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pos", "-of", "csv=p=0",
            path,
        ]).text.split(separator: "\n").compactMap { Int($0.prefix { $0.isNumber }) }
        var data = try Data(contentsOf: space.file("clip.mp4"))
        data.replaceSubrange(places[110]..<places[110] + 4, with: [0x7F, 0xFF, 0xFF, 0xFF])
        try data.write(to: space.file("clip.mp4"))
        #expect(try HLSConverter(options: Lesson.quick).plan(path).video.action == .copy)
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.plan.hasPrefix("video: transcode"))
        #expect(lesson.result.plan.contains(OutputRule.copySafe.rawValue), "\(lesson.result.plan)")
        #expect(abs(lesson.result.duration - 6) < 0.1)
    }

    @Test("A disk that is full is a resource error and nothing worse")
    func diskFull() throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", "\(Self.pictures)6 \(Self.codecs) -g 25")
        try FileManager.default.createSymbolicLink(
            atPath: space.file("segment_001.ts").path, withDestinationPath: "/dev/full")
        let error = #expect(throws: MediaError.self) {
            try HLSConverter(options: Lesson.quick).convert(
                path, into: space.url.path, key: .random(), cancellation: Cancellation()
            ) { _ in }
        }
        #expect(error?.kind == .resource)
        #expect(error?.code?.rawValue == -ENOSPC)
    }

    @Test("A conversion stops when it is cancelled and when its time is over")
    func stops() throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", "\(Self.pictures)6 \(Self.codecs) -g 25")
        let cancellation = Cancellation()
        let cancelled = #expect(throws: MediaError.self) {
            try HLSConverter(options: Lesson.quick).convert(
                path, into: space.url.path, key: .random(), cancellation: cancellation
            ) { if $0 > 0.3 { cancellation.cancel() } }
        }
        #expect(cancelled?.kind == .cancelled)
        let late = #expect(throws: MediaError.self) {
            try HLSConverter(options: Lesson.quick).convert(
                path, into: space.url.path, key: .random(), cancellation: Cancellation(deadline: .zero)
            ) { _ in }
        }
        #expect(late?.kind == .deadline)
    }

    @Test("A file that lost its end is refused with its share", arguments: ["libx264", "mpeg4"])
    func refusesTruncated(codec: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4", "\(Self.pictures)6 -c:v \(codec) -g 25 -movflags faststart")
        let handle = try FileHandle(forUpdating: space.file("clip.mp4"))
        try handle.truncate(atOffset: try handle.seekToEnd() / 2)
        let error = #expect(throws: MediaError.self) { try Probe.examine(path) }
        #expect(error?.kind == .unsupported)
        #expect(error?.message.contains("cut off") == true)
    }

    private static func hashes(_ file: URL, _ stream: String) throws -> [Substring] {
        let output = try Command.run([
            "ffmpeg", "-v", "error", "-i", file.path, "-map", "0:\(stream)", "-f", "framemd5", "-",
        ])
        return output.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            .compactMap { $0.split(separator: ",").last }
    }
}
