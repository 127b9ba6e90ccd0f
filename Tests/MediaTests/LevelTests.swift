import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("What a stream says of itself")
struct LevelTests {
    @Test(
        "A level is the lowest that has room for the size, the rate and the references",
        arguments: [
            // ITU-T H.264 table A-6: the most pictures a second of common sizes.
            (176, 144, 15.0, 4, 10), (176, 144, 30.3, 4, 11), (352, 288, 15.1, 4, 12), (352, 288, 30, 4, 13),
            (352, 576, 25, 4, 21), (720, 480, 15, 4, 22), (720, 480, 30, 4, 30), (720, 576, 25, 4, 30),
            (720, 576, 50, 4, 31), (1280, 720, 30, 4, 31), (1280, 720, 60, 4, 32), (1280, 1024, 42, 4, 32),
            (1920, 1080, 30, 4, 40), (1920, 1080, 60, 4, 42), (1080, 1920, 30, 4, 40),
            (2048, 1080, 60, 4, 42),
            (2560, 1440, 30, 4, 50), (3840, 2160, 30, 4, 51), (3840, 2160, 60, 4, 52),
            (4096, 2304, 26, 4, 51),
            (7680, 4320, 30, 4, 60), (7680, 4320, 120, 4, 62), (8192, 4320, 60, 4, 61),
            // References alone, and the longest side alone.
            (352, 288, 5, 2, 11), (352, 288, 5, 3, 12), (1920, 1080, 30, 5, 50), (1280, 720, 30, 6, 40),
            (4096, 64, 25, 1, 40), (64, 4128, 25, 1, 42),
        ])
    func levels(width: Int, height: Int, rate: Double, references: Int, level: Int) {
        let needed = H264Level.needed(width: width, height: height, rate: rate, references: references)
        #expect(needed?.number == level)
    }

    @Test("No level goes beyond the table")
    func refusesBeyondTable() {
        #expect(H264Level.needed(width: 16_896, height: 16, rate: 1, references: 1) == nil)
        #expect(H264Level.needed(width: 8192, height: 8192, rate: 1, references: 1) == nil)
        #expect(H264Level.needed(width: 7680, height: 4320, rate: 150, references: 1) == nil)
    }

    @Test(
        "Re-encoded pictures say the lowest level, whatever counts the time",
        arguments: [
            ("clip.mp4", "1280x720", "-r 30 -c:v mpeg4", 31), ("clip.mov", "640x480", "-r 24 -c:v mjpeg", 30),
            ("clip.mkv", "1280x720", "-r 60 -c:v mpeg4", 32),
            ("clip.webm", "320x240", "-r 25 -c:v libvpx", 13),
            ("clip.wmv", "640x360", "-r 30 -c:v wmv2", 30),
            ("clip.mpg", "720x576", "-r 50 -c:v mpeg2video", 31),
            ("clip.avi", "160x120", "-r 10 -c:v mpeg4", 10),
        ])
    func saysLevel(name: String, size: String, codec: String, level: Int) throws {
        let space = try Workspace()
        let path = try space.clip(name, "-f lavfi -i color=red:s=\(size):d=0.5 \(codec)")
        // A preset that would keep eight references: no level may grow by them.
        let options = ConversionOptions(segmentSeconds: 2, preset: level > 30 ? "ultrafast" : "slower")
        let lesson = try Lesson(path, in: space, options: options)
        try lesson.expectRules()
        #expect(try Command.ffprobe("stream=level", lesson.joined()) == "\(level)")
        #expect(lesson.result.videoCodec.hasSuffix((level < 16 ? "0" : "") + String(level, radix: 16)))
    }

    /// 320x240, and what `more` says, as x264 writes it.
    private static func stated(_ more: String, size: String = "320x240") throws -> SequenceParameterSet {
        let space = try Workspace()
        let path = try space.clip(
            "clip.h264",
            "-f lavfi -i color=red:s=\(size):r=25:d=0.2 -pix_fmt yuv420p -c:v libx264 -preset veryfast \(more)"
        )
        let stream = H264Stream(extradata: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
        return try #require(stream.stated)
    }

    private static func promise(
        _ width: Int = 320, _ height: Int = 240, _ colours: ColourTags = .unknown, maxLevel: Int = 51
    ) -> PicturePromise {
        PicturePromise(
            width: width, height: height, colours: colours.guessed(lines: height), maxLevel: maxLevel)
    }

    @Test("A set that keeps the promise passes")
    func passes() throws {
        #expect(Self.promise().contradiction(try Self.stated("")) == nil)
        #expect(Self.promise(322, 242).contradiction(try Self.stated("", size: "322x242")) == nil)
        let tags = "-colorspace bt709 -color_primaries bt709 -color_trc bt709"
        #expect(Self.promise(320, 240, .standard).contradiction(try Self.stated(tags)) == nil)
        // Baseline, and High with a scaling matrix, have other sets.
        #expect(Self.promise().contradiction(try Self.stated("-profile:v baseline")) == nil)
        #expect(Self.promise().contradiction(try Self.stated("-x264-params cqm=jvt:ref=3")) == nil)
    }

    @Test(
        "A set that says something else is refused",
        arguments: [
            ("-vf scale=322:240", "instead of"), ("-vf crop=320:238", "instead of"),
            ("-vf setsar=16/11", "not square"), ("-vf setsar=64/45", "not square"),
            ("-colorspace bt709", "colours"), ("-color_range pc", "colours"),
            ("-level 6.2", "too high"), ("-level 5.2", "too high"), ("-level 1", "too low"),
        ])
    func refuses(more: String, complaint: String) throws {
        let contradiction = Self.promise().contradiction(try Self.stated(more))
        #expect(contradiction?.contains(complaint) == true, "\(contradiction ?? "nothing")")
    }

    @Test("A set that ends early, or is none, is no set")
    func refusesHalfSets() throws {
        let whole: [UInt8] = [
            0x67, 0x64, 0x00, 0x0D, 0xAC, 0xD9, 0x41, 0x41, 0xFB, 0x01, 0x10, 0, 0, 3, 0, 0x10, 0, 0, 3, 3,
            0x20, 0xF1,
            0x42, 0x99, 0x60,
        ]
        let set = try #require(SequenceParameterSet(unit: whole))
        #expect(set.width == 320 && set.height == 240 && set.profile == 100 && set.level == 13)
        for count in 0..<11 {
            #expect(SequenceParameterSet(unit: whole.prefix(count)) == nil, "\(count) bytes")
        }
        #expect(SequenceParameterSet(unit: [0x68] + whole.dropFirst()) == nil)
        // Numbers that never end, and the largest there are.
        #expect(SequenceParameterSet(unit: [0x67, 0x64, 0, 0x0D] + [UInt8](repeating: 0, count: 99)) == nil)
        _ = SequenceParameterSet(unit: [0x67] + [UInt8](repeating: 0xFF, count: 99))
        for seed in 0..<200 {
            var damaged = whole
            damaged[4 + seed % 20] ^= UInt8(truncatingIfNeeded: seed &* 37 | 1)
            _ = SequenceParameterSet(unit: damaged)
        }
    }

    @Test("The inspector holds a lesson's sets against the promise")
    func inspects() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4",
            "-f lavfi -i testsrc2=s=320x240:r=25:d=1 -pix_fmt yuv420p -c:v libx264 -preset ultrafast")
        let segment = try Data(contentsOf: try Lesson(path, in: space).plain(0))
        func brokenRule(_ promise: PicturePromise) -> String? {
            var inspector = SegmentInspector()
            inspector.promise = promise
            inspector.beginSegment()
            segment.withUnsafeBytes { inspector.read($0) }
            do throws(MediaError) {
                try inspector.endSegment()
                return nil
            } catch {
                return error.rule
            }
        }
        #expect(brokenRule(Self.promise()) == nil)
        #expect(brokenRule(Self.promise(maxLevel: 12)) == OutputRule.trueHeaders.rawValue)
        #expect(brokenRule(Self.promise(320, 242)) == OutputRule.trueHeaders.rawValue)
        #expect(brokenRule(Self.promise(320, 240, .standard)) == OutputRule.trueHeaders.rawValue)
    }

    @Test(
        "A film whose own headers say too much, too little or less than its container is no copy",
        arguments: [
            ("high.mp4", "-level 6.2", StreamDecision.Action.transcode), ("fit.mp4", "-level 5.1", .copy),
            ("low.mkv", "-level 1", .transcode), ("fit.ts", "-level 1.3", .copy),
            ("low.flv", "-level 1.0", .transcode),
        ])
    func judgesCopies(name: String, more: String, action: StreamDecision.Action) throws {
        let space = try Workspace()
        let path = try space.clip(
            name,
            "-f lavfi -i testsrc2=s=320x240:r=25:d=1 -pix_fmt yuv420p -c:v libx264 -preset ultrafast \(more)")
        let plan = try HLSConverter(options: Lesson.quick).plan(path)
        #expect(plan.video.action == action, "\(plan.explanation)")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(Int(try Command.ffprobe("stream=level", lesson.joined())) ?? 99 <= 51)
    }
}
