import Crypto
import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Poster")
struct PosterTests {
    private static func poster(_ path: String, _ space: Workspace) throws -> URL {
        let output = space.file("poster.jpg")
        try Poster.make(path, to: output.path, cancellation: Cancellation(deadline: .seconds(60)))
        return output
    }

    @Test(
        "A poster is a JPEG of at most 1280 pixels' width, whatever the video is",
        arguments: [
            ("small.mp4", "320x240", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p", "320,240"),
            ("wide.mp4", "1920x1080", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p", "1280,720"),
            ("clip.webm", "640x360", "-c:v libvpx -deadline realtime", "640,360"),
            ("clip.avi", "322x242", "-c:v mpeg4", "322,242"),
            ("clip.ts", "320x240", "-c:v mpeg2video", "320,240"),
        ])
    func makes(name: String, size: String, codec: String, result: String) throws {
        let space = try Workspace()
        let path = try space.clip(name, "-f lavfi -i testsrc2=s=\(size):r=25:d=3 \(codec)")
        let poster = try Self.poster(path, space)
        #expect(try Command.ffprobe("stream=codec_name,width,height", poster) == "mjpeg,\(result)")
    }

    @Test("A black middle is not what represents a video")
    func skipsBlack() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4",
            "-f lavfi -i testsrc2=s=320x240:r=25:d=5 -vf drawbox=c=black:t=fill:enable=between(t\\,1.8\\,3.2) "
                + "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 25")
        let raw = try Command.run([
            "ffmpeg", "-v", "error", "-i", try Self.poster(path, space).path, "-pix_fmt", "gray", "-f",
            "rawvideo", "-",
        ]).standardOutput
        #expect(raw.reduce(0) { $0 + Int($1) } / max(1, raw.count) > 60)
    }

    @Test(
        "A poster keeps the shape of its own picture where the film's first ones have another",
        arguments: [
            ("film.webm", "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 300k", "180,320"),
            ("film.ts", "-c:v mpeg2video -f mpegts", "180,320"),
            ("film.ts", "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 25 -f mpegts", "180,320"),
        ])
    func keepsShape(name: String, codec: String, size: String) throws {
        let space = try Workspace()
        for (part, size) in [("first", "320x180"), ("second", "180x320")] {
            let seconds = part == "first" ? 1 : 4
            _ = try space.clip(
                "\(part).\(name)", "-f lavfi -i testsrc2=s=\(size):r=25:d=\(seconds) \(codec)")
        }
        _ = try space.write("file first.\(name)\nfile second.\(name)\n", to: "list")
        let path = try space.clip(name, "-f concat -i list -c copy")
        #expect(try Command.ffprobe("stream=width,height", try Self.poster(path, space)) == size)
    }

    @Test("A poster stands upright and shows the right colour")
    func upright() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4",
            "-f lavfi -i color=blue:s=200x120:d=1 -vf drawbox=0:0:40:40:red:fill,transpose=cclock -c:v mpeg4 -q:v 2"
        )
        try TrackHeader.set(.clockwise, in: space.file("clip.mp4"))
        let raw = try Command.run([
            "ffmpeg", "-v", "error", "-i", try Self.poster(path, space).path, "-pix_fmt", "rgb24", "-f",
            "rawvideo", "-",
        ]).standardOutput
        try #require(raw.count == 200 * 120 * 3)
        #expect(raw[(20 * 200 + 20) * 3] > 180 && raw[(20 * 200 + 180) * 3] < 80)
        #expect(raw[(20 * 200 + 180) * 3 + 2] > 180)
    }

    /// A picture's colour in its middle, red, green and blue, as a browser shows the JPEG.
    private static func colour(_ poster: URL) throws -> [Int] {
        let raw = try Command.run([
            "ffmpeg", "-v", "error", "-i", poster.path, "-vf", "crop=2:2", "-pix_fmt", "rgb24", "-f",
            "rawvideo",
            "-",
        ]).standardOutput
        return raw.prefix(3).map { Int($0) }
    }

    @Test(
        "A poster has the colours of the film, whichever matrix they were made by",
        arguments: [
            ("1280x720", "-vf scale=out_color_matrix=bt709,format=yuv420p -colorspace bt709 -c:v libx264"),
            ("1280x720", "-vf scale=out_color_matrix=bt709,format=yuv420p -c:v mpeg4 -q:v 2"),
            ("320x240", "-vf scale=out_color_matrix=bt601,format=yuv420p -c:v mpeg4 -q:v 2"),
            ("320x240", "-vf scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p -c:v libx264"),
            ("320x240", "-pix_fmt rgb24 -c:v png"),
        ])
    func keepsColours(size: String, codec: String) throws {
        let space = try Workspace()
        let path = try space.clip("clip.mov", "-f lavfi -i color=0xC04020:s=\(size):d=1:r=5 \(codec)")
        let colour = try Self.colour(Self.poster(path, space))
        #expect(zip(colour, [0xC0, 0x40, 0x20]).allSatisfy { abs($0 - $1) <= 8 }, "\(colour)")
    }

    @Test("A poster of HDR film is neither washed out nor dark, and stands upright")
    func mapsHDR() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mov",
            "-f lavfi -i color=0xC04020:s=320x180:d=1:r=5 -vf scale=out_color_matrix=bt709,format=yuv420p,"
                + "zscale=tin=bt709:min=bt709:pin=bt709:rin=tv:t=smpte2084:m=2020_ncl:p=2020:npl=203,"
                + "format=yuv420p10le -c:v libx265 -preset ultrafast -x265-params "
                + "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc -tag:v hvc1")
        try TrackHeader.set(.clockwise, in: space.file("clip.mov"))
        let poster = try Self.poster(path, space)
        #expect(try Command.ffprobe("stream=width,height", poster) == "180,320")
        let colour = try Self.colour(poster)
        #expect(zip(colour, [0xC0, 0x40, 0x20]).allSatisfy { abs($0 - $1) <= 24 }, "\(colour)")
    }

    @Test(
        "A lesson has its poster, copied or re-encoded",
        arguments: ["-c:v libx264 -pix_fmt yuv420p -g 25", "-c:v mpeg4"])
    func isPartOfLesson(codec: String) throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", "-f lavfi -i testsrc2=s=320x240:r=25:d=4 \(codec)")
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.posterFailure == nil)
        let poster = lesson.directory.appendingPathComponent("poster.jpg")
        #expect(try Command.ffprobe("stream=codec_name,width,height", poster) == "mjpeg,320,240")
        try lesson.expectRules()
    }

    @Test("A poster that cannot be written costs nobody the lesson")
    func mayFail() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4", "-f lavfi -i testsrc2=s=320x240:r=25:d=4 -c:v libx264 -pix_fmt yuv420p -g 25")
        let poster = space.file("poster.jpg")
        try FileManager.default.createSymbolicLink(atPath: poster.path, withDestinationPath: "/dev/full")
        let result = try HLSConverter(options: Lesson.quick).convert(
            path, into: space.url.path, key: .random(), cancellation: Cancellation()
        ) { _ in }
        #expect(result.segments == 2 && result.posterFailure?.contains("No space left") == true)
        #expect(!FileManager.default.fileExists(atPath: poster.path))
    }

    @Test("No poster is made of what is no video")
    func refuses() throws {
        let space = try Workspace()
        let text = try space.write("no video", to: "text.mp4")
        let sound = try space.clip("sound.mp4", "-f lavfi -i sine=d=1 -c:a aac")
        for path in [text, sound] {
            let error = #expect(throws: MediaError.self) { try Self.poster(path, space) }
            #expect(error?.kind == .unsupported)
            #expect(!FileManager.default.fileExists(atPath: space.file("poster.jpg").path))
        }
    }
}
