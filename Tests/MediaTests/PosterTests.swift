import Foundation
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

    @Test("A black beginning is not what represents a video")
    func skipsBlack() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4",
            "-f lavfi -i color=black:s=320x240:r=25:d=0.8 -f lavfi -i testsrc2=s=320x240:r=25:d=5 -filter_complex "
                + "[0][1]concat=n=2 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 25")
        let raw = try Command.run([
            "ffmpeg", "-v", "error", "-i", try Self.poster(path, space).path, "-pix_fmt", "gray", "-f",
            "rawvideo", "-",
        ]).standardOutput
        #expect(raw.reduce(0) { $0 + Int($1) } / max(1, raw.count) > 60)
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
