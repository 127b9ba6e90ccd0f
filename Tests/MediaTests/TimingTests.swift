import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Pictures in time")
struct TimingTests {
    @Test(
        "Interlaced pictures come out progressive",
        arguments: ["mpeg2video -b:v 6M", "libx264 -preset ultrafast"])
    func deinterlaces(codec: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mts",
            "-f lavfi -i testsrc2=s=320x240:r=50:d=3 -vf tinterlace=interleave_top,fieldorder=tff,format=yuv420p "
                + "-c:v \(codec) -flags +ilme+ildct -f mpegts")
        #expect(try Probe.examine(path).video?.scan == .interlaced)
        #expect(try Self.interlacedShare(space.file("clip.mts")) > 0.5)
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        let file = try lesson.joined()
        #expect(try Command.ffprobe("stream=field_order", file) == "progressive")
        #expect(try Self.interlacedShare(file) < 0.1)
    }

    @Test("More than 60 frames per second are reduced, 60 are kept", arguments: [(120, 60), (60, 60)])
    func reducesRate(source: Int, result: Int) throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mkv", "-f lavfi -i testsrc2=s=160x120:r=\(source):d=2 -c:v mpeg4 -b:v 500k")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(abs(try Self.times(lesson.joined()).count - 2 * result) <= 1)
    }

    @Test(
        "A rate that a file states and does not have costs and doubles no picture",
        arguments: [
            ("thousand.mkv", "-c:v libx264 -preset ultrafast -g 24", "copy"),
            ("hundred.mkv", "-c:v mpeg4", "transcode"),
            ("stated.flv", "-c:v libx264 -preset ultrafast -g 24", "copy"),
            ("stated.avi", "-c:v mpeg4", "transcode"),
        ])
    func disbelievesRates(name: String, codec: String, action: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            name, "-f lavfi -i testsrc2=s=160x120:r=24:d=4 -pix_fmt yuv420p -bf 0 \(codec)")
        var data = try Data(contentsOf: space.file(name))
        switch name {
        case "stated.flv":
            // onMetaData: a name, the type of a number, and eight bytes of it.
            let mark = try #require(data.range(of: Data("framerate".utf8))).upperBound + 1
            withUnsafeBytes(of: (1000.0).bitPattern.bigEndian) {
                data.replaceSubrange(mark..<mark + 8, with: $0)
            }
        case "stated.avi":
            // A recorder of 120 a second, which wrote each fifth picture, and empty packets in between.
            data = try EmptyPackets.between(data, count: 4)
        default:
            // Matroska's DefaultDuration, in nanoseconds.
            let mark = try #require(data.range(of: Data([0x23, 0xE3, 0x83]))).upperBound
            let duration = name == "thousand.mkv" ? 1_000_000 : 8_333_333
            let size = Int(data[mark] & 0x7F)
            for place in 0..<size { data[mark + size - place] = UInt8(duration >> (8 * place) & 0xFF) }
        }
        try data.write(to: space.file(name))
        #expect(try #require(Probe.examine(path).video).frameRate > 100)
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.hasPrefix("video: \(action)"), "\(lesson.result.plan)")
        #expect(lesson.result.plan.contains(" 24 fps"))
        try lesson.expectRules()
        #expect(try Self.times(lesson.joined()).count == 96)
        #expect(try Command.ffprobe("stream=level", lesson.joined()) == "11")
    }

    @Test("Real pictures are thinned out wherever they stand too close, and nowhere else")
    func thins() {
        func kept(_ times: [Double], rate: Double = 0) -> [Double] {
            var thinning = PictureThinning(secondsPerTick: 1e-6, rate: rate)
            return times.filter { thinning.keeps(pts: Int64($0 * 1e6)) }
        }
        let sixty = (0..<300).map { Double($0) / 59.94 + Double($0 % 3) * 0.004 }
        #expect(kept(sixty) == sixty)
        let fast = (0..<240).map { Double($0) / 240 }
        #expect((60...61).contains(kept(fast, rate: 240).count))
        // Twenty-four a second, a burst, and twenty-four again.
        let slow = (0..<240).map { Double($0) / 24 }
        let burst = (1..<600).map { 10 + Double($0) / 200 }
        let after = (1..<240).map { 13 + Double($0) / 24 }
        let mixed = kept(slow + burst + after)
        #expect(mixed.filter { $0 < 10 } == slow && mixed.filter { $0 > 14 } == after.filter { $0 > 14 })
        #expect((170...250).contains(mixed.filter { (10...13).contains($0) }.count))
    }

    @Test("A variable rate keeps every picture at its own time", arguments: ["libx264 -g 600", "mpeg4"])
    func keepsVariableRate(codec: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mkv",
            "-f lavfi -i testsrc2=s=160x120:r=10:d=3 -f lavfi -i testsrc2=s=160x120:r=50:d=2 -filter_complex "
                + "[0][1]concat=n=2,settb=1/1000 -vsync vfr -enc_time_base 1/1000 -pix_fmt yuv420p -c:v \(codec)"
        )
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.hasPrefix("video: transcode"))
        try lesson.expectRules()
        let source = try Self.times(space.file("clip.mkv"))
        let result = try Self.times(lesson.joined())
        try #require(source.count == 130 && result.count == source.count)
        let shift = result[0] - source[0]
        #expect(zip(source, result).allSatisfy { abs($1 - $0 - shift) < 0.0011 })
    }

    @Test(
        "Matroska whose pictures begin before zero keeps them all, and the sound in its place",
        arguments: [(sound: "1:a", ahead: 0.5), (sound: "0:a", ahead: 0.0)], ["copy", "libopus"])
    func keepsPicturesBeforeZero(film: (sound: String, ahead: Double), codec: String) throws {
        let space = try Workspace()
        _ = try space.clip(
            "source.mp4",
            "-f lavfi -i testsrc2=s=320x240:r=25:d=6 -f lavfi -i sine=r=48000:d=6 -pix_fmt yuv420p -c:v libx264 "
                + "-preset veryfast -g 25 -bf 2 -c:a aac")
        let path = try space.clip(
            "clip.mkv",
            "-itsoffset -0.5 -i source.mp4 -i source.mp4 -map 0:v -map \(film.sound) -c:v copy -c:a \(codec) "
                + "-avoid_negative_ts disabled -copyts")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(try Self.times(lesson.joined()).count == 150)
        let starts = try ["v", "a"].map {
            try #require(
                Double(
                    Command.ffprobe(
                        "stream=start_time", try lesson.joined(), ["-select_streams", $0])))
        }
        #expect(abs(starts[1] - starts[0] - film.ahead) < 0.03, "\(starts)")
    }

    @Test("Frames without a time are dated back from the first that has one, or from zero where none has")
    func datesFrames() throws {
        var before = UndatedFrames()
        var fromZero = UndatedFrames()
        for _ in 0..<3 {
            #expect(try before.hold(Frame()))
            #expect(try fromZero.hold(Frame()))
        }
        #expect(before.dated(before: 100) { _ in 40 }.map(\.pts) == [-20, 20, 60])
        #expect(fromZero.datedFromZero { _ in 40 }.map(\.pts) == [0, 40, 80])
        // Neither gives a frame twice, or keeps one behind the beginning.
        #expect(before.datedFromZero { _ in 40 }.isEmpty && fromZero.datedFromZero { _ in 40 }.isEmpty)
        #expect(try !before.hold(Frame()) && !fromZero.hold(Frame()))
    }

    @Test("An open GOP is no place to cut, so it is re-encoded")
    func refusesOpenGroups() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4",
            "-f lavfi -i testsrc2=s=320x240:r=25:d=8 -pix_fmt yuv420p -c:v libx264 -preset veryfast "
                + "-x264-params open-gop=1:keyint=25:min-keyint=25:scenecut=0:bframes=3")
        let plan = try HLSConverter(options: Lesson.quick).plan(path)
        #expect(plan.video.action == .transcode)
        #expect(plan.video.reasons == ["IDR pictures are too far apart"])
    }

    @Test("A stream that changes its size on the way becomes one of one size")
    func changesSize() throws {
        let space = try Workspace()
        for (name, size) in [("a", "320x240"), ("b", "160x120")] {
            _ = try space.clip(
                "\(name).ts",
                "-f lavfi -i testsrc2=s=\(size):r=25:d=3 -f lavfi -i sine=r=48000:d=3 -pix_fmt yuv420p -c:v libx264 "
                    + "-g 25 -preset ultrafast -c:a aac")
        }
        let joined = try Data(contentsOf: space.file("a.ts")) + Data(contentsOf: space.file("b.ts"))
        try joined.write(to: space.file("clip.ts"))
        let lesson = try Lesson(space.file("clip.ts").path, in: space)
        #expect(lesson.result.plan.hasPrefix("video: transcode"))
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - 6) < 0.2)
        #expect(try Self.times(lesson.joined()).count == 150)
    }

    @Test(
        "A recording that goes on under other PIDs is kept whole",
        arguments: [("libx264 -preset ultrafast -g 25", "aac", 300), ("mpeg2video", "mp2", 1000)])
    func followsPIDs(video: String, audio: String, second: Int) throws {
        let space = try Workspace()
        var data = Data()
        for (number, pid) in [256, second].enumerated() {
            let path = try space.clip(
                "\(number).ts",
                "-f lavfi -i testsrc2=s=160x120:r=25:d=3 -f lavfi -i sine=r=48000:d=3 -pix_fmt yuv420p -c:v \(video) "
                    + "-c:a \(audio) -streamid 0:\(pid) -streamid 1:\(pid + 1)")
            data += try Data(contentsOf: URL(fileURLWithPath: path))
        }
        try data.write(to: space.file("clip.ts"))
        let lesson = try Lesson(space.file("clip.ts").path, in: space)
        try lesson.expectRules()
        #expect(try abs(Self.times(lesson.joined()).count - 150) <= 1)
        #expect(abs(lesson.result.duration - 6) < 0.3)
    }

    @Test(
        "Pictures that change their shape on the way keep it, with bars",
        arguments: [
            ("mkv", "320x180", "180x320", "libvpx", ""),
            ("ts", "160x128", "160x128", "mpeg2video", "-aspect 4:3"),
            ("ts", "160x120", "240x120", "libx264 -preset ultrafast", ""),
        ])
    func keepsShape(type: String, first: String, second: String, codec: String, aspect: String) throws {
        let space = try Workspace()
        var list = "ffconcat version 1.0\n"
        for (name, size, shape) in [
            ("a", first, aspect), ("b", second, aspect.isEmpty ? "" : "-aspect 16:9"),
        ] {
            // A circle as it is shown: in pixels that are wider than high, one that is higher than wide.
            let sides = size.split(separator: "x").compactMap { Double($0) }
            let shown = shape.isEmpty ? sides[0] / sides[1] : shape == "-aspect 4:3" ? 4.0 / 3 : 16.0 / 9
            let pixel = shown / (sides[0] / sides[1])
            _ = try space.clip(
                "\(name).\(type)",
                "-f lavfi -i color=black:s=\(size):r=25:d=2,format=gray,"
                    + "geq=lum='if(lt(hypot((X-W/2)*\(pixel),Y-H/2),40),235,16)' -pix_fmt yuv420p -q:v 2 "
                    + "-c:v \(codec) \(shape)")
            list += "file \(name).\(type)\n"
        }
        let path: String
        if type == "ts" {
            let data = try Data(contentsOf: space.file("a.ts")) + Data(contentsOf: space.file("b.ts"))
            try data.write(to: space.file("clip.ts"))
            path = space.file("clip.ts").path
        } else {
            _ = try space.write(list, to: "list.txt")
            path = try space.clip("clip.\(type)", "-f concat -i list.txt -c copy")
        }
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        for picture in [20, 80] {
            let raw = try Command.run([
                "ffmpeg", "-v", "error", "-i", try lesson.joined().path, "-vf", "select=eq(n\\,\(picture))",
                "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-",
            ]).standardOutput
            let width = lesson.result.width
            let white = raw.indices.filter { raw[$0] > 128 }
            let columns = white.map { $0 % width }
            let rows = white.map { $0 / width }
            let (wide, high) = (
                (columns.max() ?? 0) - (columns.min() ?? 0) + 1, (rows.max() ?? 0) - (rows.min() ?? 0) + 1
            )
            #expect(abs(Double(wide) / Double(high) - 1) < 0.06, "picture \(picture): \(wide) x \(high)")
        }
    }

    @Test("An edit list that hides the first pictures is obeyed")
    func obeysEditList() throws {
        let space = try Workspace()
        _ = try space.clip(
            "long.mp4",
            "-f lavfi -i testsrc2=s=320x240:r=25:d=6 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 50")
        // Copying from between two IDR pictures keeps the earlier one and hides it by an edit list.
        let path = try space.clip("clip.mp4", "-ss 1 -i long.mp4 -c copy")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.plan.contains("edit list"))
        #expect(abs(lesson.result.duration - 5) < 0.1)
    }

    @Test("A second sample description in an MP4 means other parameter sets, so it is re-encoded")
    func changesDescription() throws {
        let space = try Workspace()
        for (name, size) in [("a", "320x240"), ("b", "160x120")] {
            _ = try space.clip(
                "\(name).mp4",
                "-f lavfi -i testsrc2=s=\(size):r=25:d=3 -pix_fmt yuv420p -c:v libx264 -g 25 -bf 0 -preset ultrafast"
            )
        }
        _ = try space.write("ffconcat version 1.0\nfile a.mp4\nfile b.mp4\n", to: "list.txt")
        let path = try space.clip("clip.mp4", "-f concat -i list.txt -c copy")
        try SampleDescriptions.add(from: space.file("b.mp4"), behind: 75, in: space.file("clip.mp4"))
        // ffmpeg reads all of it, which without the second description it could not.
        let read = try Command.run(["ffmpeg", "-v", "error", "-i", path, "-f", "null", "-"])
        try #require(read.standardError == "")
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.contains("video: transcode"), "\(lesson.result.plan)")
        #expect(lesson.result.plan.contains("parameter sets"), "\(lesson.result.plan)")
        try lesson.expectRules()
        #expect(try Self.times(lesson.joined()).count == 150)
        #expect(lesson.result.width == 320 && lesson.result.height == 240)
    }

    @Test(
        "Times that begin below zero, or pass the end of MPEG-TS's clock, become times from zero on",
        arguments: [
            ("cts.mp4", "-c:v libx264 -g 50 -bf 3 -movflags negative_cts_offsets"),
            ("plain.mp4", "-c:v libx264 -g 50 -bf 3 -use_editlist 0"),
            ("below.mov", "-c:v mpeg4 -bf 2 -output_ts_offset -0.2 -avoid_negative_ts disabled"),
            // 2^33 ticks of 90 kHz are 95443.7 seconds.
            ("copied.ts", "-c:v libx264 -g 50 -bf 2 -output_ts_offset 95440"),
            ("wrapped.ts", "-c:v mpeg2video -b:v 2M -bf 2 -output_ts_offset 95440"),
        ])
    func movesTimes(name: String, more: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            name,
            "-f lavfi -i testsrc2=s=320x240:r=25:d=8 -f lavfi -i sine=r=48000:d=8 -pix_fmt yuv420p -c:a aac \(more)"
        )
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        let times = try Self.times(lesson.joined())
        let shown = try Command.ffprobe(
            "stream=nb_read_frames", space.file(name), ["-select_streams", "v", "-count_frames"])
        #expect(Int(shown) == times.count && times.count > 190 && (times.first ?? -1) >= 0)
        #expect(zip(times, times.dropFirst()).allSatisfy { abs($1 - $0 - 0.04) < 0.002 })
        #expect(abs(lesson.result.duration - 8) < 0.25)
    }

    private static func times(_ file: URL) throws -> [Double] {
        let text = try Command.run([
            "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of",
            "csv=p=0",
            file.path,
        ]).text
        return text.split(separator: "\n").compactMap { Double($0.trimmingCharacters(in: [",", " "])) }
            .sorted()
    }

    private static func interlacedShare(_ file: URL) throws -> Double {
        let output = try Command.run([
            "ffmpeg", "-hide_banner", "-i", file.path, "-vf", "idet", "-f", "null", "-",
        ])
        let line =
            output.standardError.split(separator: "\n").last { $0.contains("Multi frame detection") } ?? ""
        let counts = line.split(whereSeparator: { " :".contains($0) }).compactMap { Double($0) }
        try #require(counts.count == 4)
        return (counts[0] + counts[1]) / max(1, counts.reduce(0, +))
    }
}
