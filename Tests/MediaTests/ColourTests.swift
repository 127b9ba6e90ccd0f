import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Colours")
struct ColourTests {
    /// A grey ramp in BT.709, and the same light as PQ or HLG with 203 nits for white (ITU-R BT.2408).
    private static func ramp(_ space: Workspace, transfer: String, name: String) throws -> String {
        let x265 = "log-level=none:colorprim=bt2020:transfer=\(name):colormatrix=bt2020nc"
        return try space.clip(
            "hdr.mov",
            "-f lavfi -i color=black:s=320x180:d=1:r=25 -vf "
                + "geq=lum=16+219*X/319:cb=128:cr=128,zscale=tin=bt709:min=bt709:pin=bt709:rin=tv:"
                + "t=\(transfer):m=2020_ncl:p=2020:npl=203,format=yuv420p10le "
                + "-c:v libx265 -preset ultrafast -x265-params \(x265) -tag:v hvc1 -color_primaries bt2020 "
                + "-color_trc \(name) -colorspace bt2020nc")
    }

    @Test(
        "HDR is mapped to BT.709, tagged so, and neither washed out nor dark",
        arguments: [("smpte2084", "smpte2084"), ("arib-std-b67", "arib-std-b67")])
    func mapsHDR(transfer: String, name: String) throws {
        let space = try Workspace()
        let lesson = try Lesson(try Self.ramp(space, transfer: transfer, name: name), in: space)
        try lesson.expectRules()
        let file = try lesson.joined()
        let tags = "stream=pix_fmt,color_range,color_space,color_transfer,color_primaries"
        #expect(try Command.ffprobe(tags, file) == "yuv420p,tv,bt709,bt709,bt709")
        let luma = try Self.averageLuma(file)
        // The ramp's own mean is 125.5.
        #expect((118...133).contains(luma), "mean luma \(luma)")
        let row = try Self.middleRow(file)
        #expect(row[2] < 30 && row[317] > 215, "black \(row[2]), white \(row[317])")
        #expect(zip(row, row.dropFirst(8)).allSatisfy { Int($0) <= Int($1) + 4 })
    }

    @Test("BT.709 and untagged colours stay what they are")
    func keepsSDR() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.avi",
            "-f lavfi -i color=black:s=320x180:d=1:r=25 -vf geq=lum=16+219*X/319:cb=128:cr=128 -c:v mpeg4 -q:v 2"
        )
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(abs(try Self.averageLuma(lesson.joined()) - Self.averageLuma(space.file("clip.avi"))) < 1)
    }

    @Test("A screen recorder's RGB becomes limited-range BT.709 that shows the same colour")
    func convertsRGB() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mov", "-f lavfi -i color=0xC04020:s=320x180:d=1:r=25 -pix_fmt rgb24 -c:v png")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        let file = try lesson.joined()
        #expect(try Command.ffprobe("stream=color_range,color_space", file) == "tv,bt709")
        let raw = try Command.run([
            "ffmpeg", "-v", "error", "-i", file.path, "-frames:v", "1", "-vf", "scale=in_color_matrix=bt709",
            "-pix_fmt", "rgb24", "-f", "rawvideo", "-",
        ]).standardOutput
        let middle = (90 * 320 + 160) * 3
        for (channel, value) in [0xC0, 0x40, 0x20].enumerated() {
            #expect(abs(Int(raw[middle + channel]) - value) <= 6)
        }
    }

    @Test(
        "Colours that a film does not name are named as a player would have guessed them",
        arguments: [
            ("mpeg4", "avi", "1280x720", "", "bt709"), ("mpeg4", "mp4", "640x480", "", "smpte170m"),
            ("mpeg2video", "mpg", "1280x720", "-colorspace smpte170m", "smpte170m"),
            ("libvpx", "webm", "1280x720", "", "bt709"),
            ("mpeg4", "mkv", "640x360", "-colorspace bt709", "bt709"),
        ])
    func namesColours(codec: String, type: String, size: String, more: String, matrix: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.\(type)",
            "-f lavfi -i color=red:s=\(size):d=0.4:r=25 -pix_fmt yuv420p -c:v \(codec) \(more)")
        var options = Lesson.quick
        options.maxHeight = 240
        let lesson = try Lesson(path, in: space, options: options)
        try lesson.expectRules()
        let tags = "stream=color_range,color_space,color_transfer,color_primaries"
        #expect(try Command.ffprobe(tags, lesson.joined()) == "tv,\(matrix),\(matrix),\(matrix)")
    }

    @Test(
        "A film whose container alone names other colours than a player would guess is no copy",
        arguments: [
            ("mp4", "bt709", StreamDecision.Action.transcode), ("mkv", "bt709", .transcode),
            ("mp4", "smpte170m", .copy),
            ("mov", "bt470bg", .copy),
        ])
    func judgesContainer(type: String, matrix: String, action: StreamDecision.Action) throws {
        let space = try Workspace()
        _ = try space.clip(
            "plain.mp4",
            "-f lavfi -i testsrc2=s=320x240:d=1:r=25 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -bf 0")
        let path = try space.clip(
            "clip.\(type)",
            "-i plain.mp4 -c copy -movflags +write_colr -color_primaries \(matrix) -color_trc smpte170m -colorspace "
                + matrix)
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.plan.hasPrefix("video: \(action.rawValue)"), "\(lesson.result.plan)")
        let said = try Command.ffprobe("stream=color_space", lesson.joined())
        #expect(said == (action == .copy ? "unknown" : matrix))
    }

    private static func averageLuma(_ file: URL) throws -> Double {
        let output = try Command.run([
            "ffmpeg", "-v", "error", "-i", file.path, "-vf", "signalstats,metadata=print:file=-", "-f",
            "null", "-",
        ]).text
        let values = output.split(separator: "\n").filter { $0.contains("signalstats.YAVG=") }
            .compactMap { $0.split(separator: "=").last.flatMap { Double($0) } }
        return values.reduce(0, +) / Double(max(1, values.count))
    }

    private static func middleRow(_ file: URL) throws -> [UInt8] {
        let raw = try Command.run([
            "ffmpeg", "-v", "error", "-i", file.path, "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo",
            "-",
        ]).standardOutput
        return [UInt8](raw)[90 * 320..<91 * 320].map { $0 }
    }
}
