import Foundation
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

    @Test("Flashes and beeps stay together from the first to the last")
    func keepsSync() throws {
        let space = try Workspace()
        let make =
            "-f lavfi -i color=black:s=64x48:r=25:d=32,drawbox=0:0:64:48:white:fill:enable=lt(mod(t+26\\,28)\\,0.2) "
            + "-f lavfi -i aevalsrc=sin(2*PI*1000*t)*lt(mod(t+26\\,28)\\,0.2):s=44100:d=32 "
        let inputs = [
            ("clip.mkv", "-c:v mpeg4 -q:v 4 -c:a libmp3lame"),
            ("clip.mp4", "-c:v libx264 -g 50 -c:a aac -bf 2"),
            ("clip.wmv", "-c:v wmv2 -q:v 4 -c:a wmav2"),
            ("clip.webm", "-c:v libvpx -deadline realtime -c:a libopus"),
            ("mixed.mkv", "-c:v libx264 -g 50 -pix_fmt yuv420p -c:a libopus"),
        ]
        for (name, codecs) in inputs {
            let path = try space.clip(name, make + "-pix_fmt yuv420p " + codecs)
            let lesson = try Lesson(path, in: space)
            let file = try lesson.joined()
            let flashes = try Self.flashes(file)
            let beeps = try Self.beeps(file)
            try #require(flashes.count == 2 && beeps.count == 2, "\(name): \(flashes) \(beeps)")
            let source = zip(try Self.flashes(space.file(name)), try Self.beeps(space.file(name))).map {
                $1 - $0
            }
            let result = zip(flashes, beeps).map { $1 - $0 }
            try #require(source.count == 2, "\(name)")
            for (before, after) in zip(source, result) {
                #expect(abs(after - before) < 0.02, "\(name): \(source) \(result)")
            }
        }
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

    /// When white begins.
    private static func flashes(_ file: URL) throws -> [Double] {
        let output = try Command.run([
            "ffmpeg", "-v", "error", "-copyts", "-i", file.path, "-vf", "signalstats,metadata=print:file=-",
            "-an",
            "-f", "null", "-",
        ]).text
        var starts: [Double] = []
        var time = 0.0
        var isWhite = false
        for line in output.split(separator: "\n") {
            if let range = line.range(of: "pts_time:") { time = Double(line[range.upperBound...]) ?? 0 }
            guard let range = line.range(of: "signalstats.YAVG=") else { continue }
            let white = (Double(line[range.upperBound...]) ?? 0) > 120
            if white && !isWhite { starts.append(time) }
            isWhite = white
        }
        return starts
    }

    /// When sound begins, to 5 ms, with the times that a player would use.
    private static func beeps(_ file: URL) throws -> [Double] {
        let output = try Command.run([
            "ffmpeg", "-v", "error", "-copyts", "-i", file.path, "-vn", "-af",
            "aresample=8000,asetnsamples=40,astats=metadata=1:reset=1,"
                + "ametadata=print:key=lavfi.astats.Overall.Peak_level:file=-", "-f", "null", "-",
        ]).text
        var starts: [Double] = []
        var time = 0.0
        var quietSince = -10.0
        for line in output.split(separator: "\n") {
            if let range = line.range(of: "pts_time:") { time = Double(line[range.upperBound...]) ?? 0 }
            guard let range = line.range(of: "Peak_level=") else { continue }
            guard (Double(line[range.upperBound...]) ?? -100) > -20 else { continue }
            if time - quietSince > 0.5 { starts.append(time) }
            quietSince = time
        }
        return starts
    }
}
