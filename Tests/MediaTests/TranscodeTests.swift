import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Transcode path")
struct TranscodeTests {
    @Test(
        "Whatever can be decoded becomes H.264 and AAC",
        arguments: [
            ("clip.webm", "-c:v libvpx-vp9 -cpu-used 8 -deadline realtime -c:a libopus"),
            ("hevc.mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=error -c:a aac"),
            ("clip.avi", "-c:v mpeg4 -c:a libmp3lame"), ("clip.wmv", "-c:v wmv2 -c:a wmav2"),
            ("clip.flv", "-c:v flv -ar 44100 -c:a libmp3lame"), ("clip.mpg", "-c:v mpeg2video -c:a mp2"),
            ("prores.mov", "-c:v prores_ks -c:a pcm_s16le"), ("clip.3gp", "-c:v h263 -s 176x144 -c:a aac"),
            ("yuv444.mp4", "-pix_fmt yuv444p -c:v libx264 -preset ultrafast -c:a aac"),
            ("av1.mkv", "-c:v libsvtav1 -preset 12 -c:a flac"),
        ])
    func transcodes(name: String, codecs: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            name, "-f lavfi -i testsrc2=s=320x240:r=25:d=5 -f lavfi -i sine=r=48000:d=5 \(codecs)")
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.hasPrefix("video: transcode"))
        try lesson.expectRules()
        let file = try lesson.joined()
        let picture = "stream=codec_name,pix_fmt"
        #expect(try Command.ffprobe(picture, file, ["-select_streams", "v"]) == "h264,yuv420p")
        let sound = "stream=codec_name,sample_rate,channels"
        #expect(try Command.ffprobe(sound, file, ["-select_streams", "a"]).hasPrefix("aac,"))
        #expect(abs(lesson.result.duration - 5) < 0.15)
        let frames = try Command.ffprobe(
            "stream=nb_read_frames", file, ["-select_streams", "v", "-count_frames"])
        #expect(Int(frames) == 125)
        for duration in try lesson.durations.dropLast() { #expect(abs(duration - 2) < 0.05) }
    }

    /// How ffmpeg stores an upright picture that its player will turn the other way.
    private static let stored: [Orientation: String] = [
        .upright: "null", .mirrored: "hflip", .turned180: "hflip,vflip", .upsideDown: "vflip",
        .clockwise: "transpose=cclock", .counterclockwise: "transpose=clock",
        .transposed: "transpose=cclock_flip", .transverse: "transpose=clock_flip",
    ]

    @Test("A picture comes out upright, however the camera was held", arguments: Orientation.allCases)
    func upright(orientation: Orientation) throws {
        let space = try Workspace()
        let turn = try #require(Self.stored[orientation])
        let path = try space.clip(
            "clip.mp4",
            "-f lavfi -i color=blue:s=200x120:d=1 -vf drawbox=0:0:40:40:red:fill,\(turn) -c:v mpeg4 -q:v 2")
        try TrackHeader.set(orientation, in: space.file("clip.mp4"))
        #expect(try Probe.examine(path).video?.orientation == orientation)
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.width == 200 && lesson.result.height == 120)
        let raw = try Command.run([
            "ffmpeg", "-v", "error", "-i", try lesson.joined().path, "-frames:v", "1", "-pix_fmt", "rgb24",
            "-f",
            "rawvideo", "-",
        ]).standardOutput
        try #require(raw.count == 200 * 120 * 3)
        func isRed(_ x: Int, _ y: Int) -> Bool {
            raw[(y * 200 + x) * 3] > 180 && raw[(y * 200 + x) * 3 + 2] < 80
        }
        #expect(isRed(20, 20) && !isRed(180, 20) && !isRed(20, 100) && !isRed(180, 100))
    }

    @Test(
        "Sides become even, pixels square, and only pictures with a long shorter side are scaled",
        arguments: [
            ("321x241", "", 322, 242), ("320x240", "-aspect 16:9", 426, 240), ("640x480", "", 480, 360),
            ("64x48", "", 64, 48), ("240x426", "", 240, 426), ("480x854", "", 360, 640),
            ("720x480", "-aspect 1:4", 120, 480),
        ])
    func sizes(size: String, more: String, width: Int, height: Int) throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mkv", "-f lavfi -i testsrc=s=\(size):d=1 -pix_fmt yuv444p -c:v libx264 \(more)")
        var options = Lesson.quick
        options.maxHeight = 360
        let lesson = try Lesson(path, in: space, options: options)
        try lesson.expectRules()
        #expect(lesson.result.width == width && lesson.result.height == height)
    }

    @Test("Only the sound is re-encoded where only the sound needs it")
    func mixed() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mkv",
            "-f lavfi -i testsrc2=s=320x240:r=25:d=5 -f lavfi -i sine=r=44100:d=5 -pix_fmt yuv420p -c:v libx264 "
                + "-preset ultrafast -g 50 -c:a libopus -ac 1")
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.hasPrefix("video: copy"))
        #expect(lesson.result.plan.contains("audio: transcode"))
        try lesson.expectRules()
    }

    @Test("Re-encoded pictures are High profile with the preset of a server")
    func profile() throws {
        let space = try Workspace()
        let path = try space.clip("clip.avi", "-f lavfi -i testsrc2=s=320x240:r=25:d=1 -c:v mpeg4")
        let lesson = try Lesson(path, in: space, options: ConversionOptions())
        try lesson.expectRules()
        #expect(try Command.ffprobe("stream=profile", lesson.joined()) == "High")
        #expect(lesson.result.videoCodec.hasPrefix("avc1.6400"))
    }

    @Test(
        "A sliver at the end joins the segment before it",
        arguments: [(4.2, 2), (4.6, 3), (0.3, 1), (0.04, 1)])
    func noSliver(seconds: Double, segments: Int) throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.avi",
            "-f lavfi -i testsrc2=s=320x240:r=25:d=\(seconds) -f lavfi -i sine=d=\(seconds) -c:v mpeg4")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.segments == segments)
        let files = try FileManager.default.contentsOfDirectory(atPath: lesson.directory.path)
        #expect(files.filter { $0.hasPrefix("segment_") }.count == segments)
        let frames = try Command.ffprobe(
            "stream=nb_read_frames", lesson.joined(), ["-select_streams", "v", "-count_frames"])
        #expect(Double(frames) == (seconds * 25).rounded())
    }

    @Test("A long distance between IDR pictures is re-encoded, and segments keep the target")
    func longGroups() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4",
            "-f lavfi -i testsrc2=s=320x240:r=25:d=7 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 500")
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.contains("IDR pictures are too far apart"))
        try lesson.expectRules()
        #expect(lesson.result.segments == 4)
    }
}
