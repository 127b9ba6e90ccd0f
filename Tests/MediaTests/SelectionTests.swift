import CLibAV
import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Which streams become the lesson")
struct SelectionTests {
    /// A film of 2 s, 320 × 240, with sound, and a first video stream beside it.
    private static func clip(
        _ name: String, _ still: String, _ codecs: String, in space: Workspace
    ) throws -> String {
        try space.clip(
            name,
            "-f lavfi -i testsrc2=\(still) -f lavfi -i testsrc2=s=320x240:r=25:d=2 -f lavfi -i sine=r=48000:d=2 "
                + "-map 0:v -map 1:v -map 2:a \(codecs)")
    }

    private static let stillAndFilm =
        "-c:v:0 mjpeg -pix_fmt:v:0 yuvj420p -c:v:1 libx264 -preset ultrafast -pix_fmt:v:1 yuv420p -g 25 -c:a aac"

    @Test(
        "A still that is not marked as a cover is no film, even as the default and larger than it",
        arguments: [
            ("small.mkv", "s=160x120:r=1:d=1", "\(stillAndFilm) -disposition:v 0"),
            (
                "default.mkv", "s=160x120:r=1:d=1",
                "\(stillAndFilm) -disposition:v:0 default -disposition:v:1 0"
            ),
            ("large.mov", "s=640x480:r=1:d=1", "\(stillAndFilm) -disposition:v:1 0"),
            ("fragments.mp4", "s=640x480:r=1:d=1", "\(stillAndFilm) -movflags frag_keyframe+empty_moov"),
            ("film.wmv", "s=160x120:r=1:d=1", "-c:v:0 mjpeg -pix_fmt:v:0 yuvj420p -c:v:1 wmv2 -c:a wmav2"),
            ("film.avi", "s=640x480:r=1:d=1", "-c:v:0 mjpeg -pix_fmt:v:0 yuvj420p -c:v:1 mpeg4 -c:a mp2"),
        ])
    func still(name: String, still: String, codecs: String) throws {
        let space = try Workspace()
        let path = try Self.clip(name, still, codecs, in: space)
        #expect(try Probe.examine(path).video?.width == 320)
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.width == 320)
        #expect(abs(lesson.result.duration - 2) < 0.1)
    }

    @Test(
        "Of two films the default one is taken, else the one with far more pictures, else the larger, else the first",
        arguments: [
            ("s=160x120:r=25:d=2", "-disposition:v:0 default -disposition:v:1 0", 160),
            ("s=160x120:r=25:d=2", "-disposition:v:0 0 -disposition:v:1 default", 320),
            ("s=160x120:r=25:d=2", "-disposition:v 0", 320),
            ("s=640x480:r=25:d=2", "-disposition:v 0", 640),
            ("s=640x480:r=3:d=2", "-disposition:v 0", 320),
            ("s=320x240:r=10:d=2", "-disposition:v 0", 320),
        ])
    func films(first: String, dispositions: String, width: Int) throws {
        let space = try Workspace()
        let path = try Self.clip(
            "clip.mkv", first, "-c:v mpeg4 -c:a aac -fps_mode passthrough \(dispositions)", in: space)
        let probe = try Probe.examine(path)
        #expect(probe.video?.width == width)
        if width == 320, first.contains("320x240") { #expect(probe.video?.streamIndex == 0) }
    }

    @Test("A still alone is a film all the same")
    func stillAlone() throws {
        let space = try Workspace()
        let path = try space.clip(
            "still.mkv", "-f lavfi -i testsrc2=s=160x120:r=1:d=1 -c:v mjpeg -pix_fmt yuvj420p")
        #expect(try Probe.examine(path).video?.width == 160)
    }

    @Test(
        "Dolby Vision without a base for other players is refused by its name; other profiles are films",
        arguments: [
            (5, 0, false), (5, 1, false), (10, 0, false), (8, 1, true), (8, 4, true), (7, 6, true),
            (9, 2, true), (4, 2, true),
        ])
    func dolbyVision(profile: Int, compatibility: Int, isAccepted: Bool) throws {
        let space = try Workspace()
        _ = try space.clip(
            "plain.mp4",
            "-f lavfi -i testsrc2=s=160x120:r=25:d=1 -c:v libx265 -pix_fmt yuv420p10le -x265-params log-level=error "
                + "-tag:v hvc1 -movflags faststart")
        let url = space.file("plain.mp4")
        try DolbyVision.claim(profile: profile, compatibility: compatibility, in: url)
        guard !isAccepted else {
            #expect(try Probe.examine(url.path).video?.codec == "hevc")
            return
        }
        let error = #expect(throws: MediaError.self) { try Probe.examine(url.path) }
        #expect(error?.kind == .unsupported)
        #expect(error?.message.contains("Dolby Vision profile \(profile)") == true)
    }

    @Test(
        "A codec that cannot be decoded is named",
        arguments: [
            ("Zzzz", "“Zzzz”"), ("flic", "Flic"), ("icod", nil),
        ] as [(String, String?)])
    func namesCodec(tag: String, name: String?) throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mov", "-f lavfi -i testsrc2=s=160x120:r=25:d=1 -c:v qtrle")
        try space.patch("clip.mov") { data in
            let entry = try #require(data.range(of: Data("rle ".utf8)))
            data.replaceSubrange(entry, with: Data(tag.utf8))
        }
        // AIC can be decoded, though not what is in this file.
        guard let name else {
            #expect(throws: Never.self) { try Probe.examine(path) }
            return
        }
        let error = #expect(throws: MediaError.self) { try Probe.examine(path) }
        #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
    }

    @Test(
        "Headers without media are not called undecodable or damaged, but empty",
        arguments: ["libx264", "mpeg4", "libx265 -x265-params log-level=none", "libvpx-vp9"])
    func headersAlone(codec: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            "film.mp4",
            "-f lavfi -i testsrc2=s=160x120:r=25:d=1 -pix_fmt yuv420p -c:v \(codec) -movflags frag_keyframe+empty_moov"
        )
        #expect(throws: Never.self) { try Probe.examine(path) }
        try space.patch("film.mp4") { data in
            let fragment = try #require(data.range(of: Data("moof".utf8)))
            data = data.prefix(fragment.lowerBound - 4)
        }
        // Of some codecs the headers tell so much that the look at the upload misses nothing.
        let error = #expect(throws: MediaError.self) { try Lesson(path, in: space) }
        #expect(error?.kind == .unsupported)
        #expect(error?.message.contains("can be read.") == true, "\(error?.message ?? "")")
    }
}
