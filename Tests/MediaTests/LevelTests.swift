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

    /// A row of ITU-T H.264 table A-1: level_idc, MaxMBPS, MaxFS, MaxDpbMbs; and a picture of MaxFS, in macroblocks.
    struct Row: CustomTestStringConvertible {
        let (level, perSecond, perPicture, kept): (Int, Int, Int, Int)
        let (columns, rows): (Int, Int)
        /// The lowest level with the same numbers.
        let lowest: Int

        init(_ numbers: (Int, Int, Int, Int), _ size: (Int, Int), lowest: Int? = nil) {
            (level, perSecond, perPicture, kept) = numbers
            (columns, rows) = size
            self.lowest = lowest ?? level
        }

        var testDescription: String { "level \(level)" }

        /// Clause A.3.1, a to c and f to h, by whole numbers; a hundredth more in a second counts as within.
        func takes(_ columns: Int, _ rows: Int, thousandths rate: Int, _ references: Int) -> Bool {
            let size = columns * rows
            return size <= perPicture && columns * columns <= 8 * perPicture && rows * rows <= 8 * perPicture
                && size * rate * 100 <= perSecond * 101 * 1000 && references <= min(16, kept / size)
        }
    }

    private static let table: [Row] = [
        Row((10, 1_485, 99, 396), (11, 9)), Row((11, 3_000, 396, 900), (22, 18)),
        Row((12, 6_000, 396, 2_376), (22, 18)), Row((13, 11_880, 396, 2_376), (22, 18)),
        Row((20, 11_880, 396, 2_376), (22, 18), lowest: 13), Row((21, 19_800, 792, 4_752), (22, 36)),
        Row((22, 20_250, 1_620, 8_100), (45, 36)), Row((30, 40_500, 1_620, 8_100), (45, 36)),
        Row((31, 108_000, 3_600, 18_000), (80, 45)), Row((32, 216_000, 5_120, 20_480), (80, 64)),
        Row((40, 245_760, 8_192, 32_768), (128, 64)),
        Row((41, 245_760, 8_192, 32_768), (128, 64), lowest: 40),
        Row((42, 522_240, 8_704, 34_816), (128, 68)), Row((50, 589_824, 22_080, 110_400), (160, 138)),
        Row((51, 983_040, 36_864, 184_320), (256, 144)), Row((52, 2_073_600, 36_864, 184_320), (256, 144)),
        Row((60, 4_177_920, 139_264, 696_320), (512, 272)),
        Row((61, 8_355_840, 139_264, 696_320), (512, 272)),
        Row((62, 16_711_680, 139_264, 696_320), (512, 272)),
    ]

    @Test("A row of table A-1 takes what it says, and nothing beyond", arguments: table)
    func keepsRow(row: Row) {
        func needed(_ rows: Int, _ rate: Double, _ references: Int) -> Int {
            H264Level.needed(
                width: 16 * row.columns, height: 16 * rows, rate: rate, references: references)?.number ?? 99
        }
        let rate = Double(row.perSecond) / Double(row.perPicture)
        let references = min(16, row.kept / row.perPicture)
        #expect(row.columns * row.rows == row.perPicture)
        #expect(needed(row.rows, rate, references) == row.lowest)
        #expect(needed(row.rows, rate * 1.02, references) > row.level)
        #expect(needed(row.rows + 1, 0.1, 1) > row.level)
        // Level 1.1 has room for a quarter of a picture more, and no level for less than a whole one.
        #expect(needed(row.rows, 0.1, row.kept / row.perPicture + 1) > row.level)
    }

    @Test("Sizes, rates and references need the level that table A-1 says")
    func agreesWithTable() {
        let sizes = [
            (176, 144), (320, 240), (352, 288), (640, 360), (640, 480), (720, 480), (720, 576), (854, 480),
            (960, 540), (1280, 720), (720, 1280), (1440, 900), (1920, 800), (1920, 1080), (1080, 1920),
            (2048, 1152), (2560, 1440), (3840, 2160), (2160, 3840), (7680, 4320), (4096, 64), (8, 8),
        ]
        for (width, height) in sizes + Self.table.map({ (16 * $0.columns - 8, 16 * $0.rows - 14) }) {
            for rate in [1_000, 5_000, 15_000, 23_976, 25_000, 30_000, 50_000, 59_940, 60_000, 120_000] {
                for references in 1...16 {
                    let level = Self.table.first {
                        $0.takes((width + 15) / 16, (height + 15) / 16, thousandths: rate, references)
                    }
                    let needed = H264Level.needed(
                        width: width, height: height, rate: Double(rate) / 1000, references: references)
                    #expect(needed?.number == level?.level, "\(width)x\(height), \(rate), \(references)")
                }
            }
        }
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
