import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Probe")
struct ProbeTests {
    @Test(
        "A container from the list tells its streams",
        arguments: [
            ("clip.mp4", "-c:v libx264 -c:a aac", "h264", "aac"),
            ("clip.mov", "-c:v libx264 -c:a aac", "h264", "aac"),
            ("clip.m4v", "-f mp4 -c:v libx264 -c:a aac", "h264", "aac"),
            ("clip.3gp", "-c:v libx264 -c:a aac", "h264", "aac"),
            ("clip.mkv", "-c:v libx264 -c:a libopus", "h264", "opus"),
            ("clip.webm", "-c:v libvpx-vp9 -cpu-used 8 -deadline realtime -c:a libopus", "vp9", "opus"),
            ("clip.avi", "-c:v mpeg4 -c:a libmp3lame", "mpeg4", "mp3"),
            ("clip.wmv", "-c:v wmv2 -c:a wmav2", "wmv2", "wmav2"),
            ("clip.flv", "-c:v flv -ar 44100 -c:a libmp3lame", "flv1", "mp3"),
            ("clip.mpg", "-c:v mpeg2video -c:a mp2", "mpeg2video", "mp2"),
            ("clip.ts", "-c:v libx264 -c:a aac", "h264", "aac"),
            ("clip.mts", "-f mpegts -c:v libx264 -c:a ac3", "h264", "ac3"),
        ])
    func accepts(name: String, codecs: String, video: String, audio: String) throws {
        let space = try Workspace()
        let source = "-f lavfi -i testsrc2=s=160x120:r=25:d=1 -f lavfi -i sine=d=1 -pix_fmt yuv420p"
        let path = try space.clip(name, "\(source) \(codecs)")
        let probe = try Probe.examine(path)
        #expect(probe.video?.codec == video)
        #expect(probe.video?.width == 160)
        #expect(probe.video?.height == 120)
        #expect(probe.audio?.codec == audio)
        #expect(abs(probe.duration - 1) < 0.2)
        #expect(probe.byteSize == (try Data(contentsOf: space.file(name))).count)
    }

    @Test(
        "What is no video is refused with a reason",
        arguments: [
            ("text.mp4", "Dear trainer, this is a text.\n"),
            ("empty.mp4", ""),
            ("zeros.mp4", String(repeating: "\0", count: 5000)),
            ("subtitles.mkv", "1\n00:00:00,000 --> 00:00:02,000\nHello\n"),
            ("page.mp4", "<html><video src=\"x.mp4\"></video></html>"),
        ])
    func refusesText(name: String, content: String) throws {
        let space = try Workspace()
        let path = try space.write(content, to: name)
        let error = #expect(throws: MediaError.self) { try Probe.examine(path) }
        #expect(error?.kind == .unsupported)
        #expect(error?.message.isEmpty == false)
    }

    @Test("A photograph in an MP4's clothes is refused as a picture", arguments: ["heic", "mif1"])
    func refusesPhotographs(brand: String) throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", "-f lavfi -i testsrc2=s=64x64:r=1:d=1 -c:v mpeg4")
        #expect(throws: Never.self) { try Probe.examine(path) }
        try space.patch("clip.mp4") { data in data.replaceSubrange(8..<12, with: Data(brand.utf8)) }
        let error = #expect(throws: MediaError.self) { try Probe.examine(path) }
        #expect(error?.kind == .unsupported && error?.message.contains("picture") == true)
    }

    @Test("Sound or a cover picture alone is no lesson")
    func refusesAudioOnly() throws {
        let space = try Workspace()
        let sound = try space.clip("sound.mp4", "-f lavfi -i sine=d=1 -c:a aac")
        _ = try space.clip("cover.png", "-f lavfi -i testsrc2=s=64x64:d=1 -frames:v 1")
        let cover = try space.clip(
            "cover.mp4", "-i sound.mp4 -i cover.png -map 0 -map 1 -c copy -disposition:v:0 attached_pic")
        for path in [sound, cover] {
            let error = #expect(throws: MediaError.self) { try Probe.examine(path) }
            #expect(error?.kind == .unsupported)
            #expect(error?.message == "There is no video in this file that can be decoded.")
        }
    }

    @Test(
        "A script that names other files is refused and they are never opened",
        arguments: [
            "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{file}\n#EXTINF:2,\n{url}\n#EXT-X-ENDLIST\n",
            "ffconcat version 1.0\nfile '{file}'\nfile '{url}'\n",
            "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n"
                + "a=rtpmap:96 H264/90000\n",
            "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\"><Period>"
                + "<AdaptationSet><Representation id=\"1\"><BaseURL>{url}</BaseURL></Representation>"
                + "</AdaptationSet></Period></MPD>",
            "[playlist]\nFile1={url}\nNumberOfEntries=1\n",
            "RTSPtextrtsp://127.0.0.1:{port}/x\n",
        ])
    func neverFollows(script: String) throws {
        let space = try Workspace()
        let target = try space.clip("target.ts", "-f lavfi -i testsrc2=s=64x64:d=1 -c:v libx264")
        let port = try #require(PortCanary())
        let content = script.replacingOccurrences(of: "{file}", with: target)
            .replacingOccurrences(of: "{url}", with: "http://127.0.0.1:\(port.port)/x.ts")
            .replacingOccurrences(of: "{port}", with: "\(port.port)")
        for name in ["lesson.mp4", "lesson.ts", "lesson.mkv"] {
            let path = try space.write(content, to: name)
            let file = try #require(OpenCanary(path: target))
            #expect(throws: MediaError.self) { try Probe.examine(path) }
            #expect(!file.wasTouched())
            #expect(!port.wasTouched())
        }
    }

    @Test("The canaries do sing when somebody comes near them")
    func canariesWork() throws {
        let space = try Workspace()
        let path = try space.write("x", to: "target")
        let file = try #require(OpenCanary(path: path))
        _ = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(file.wasTouched())
        let port = try #require(PortCanary())
        #expect(!port.wasTouched())
        // Nobody whose time could run out while this thread has to wait.
        let visitor = try #require(port.visit())
        defer { close(visitor) }
        #expect(port.wasTouched())
    }

    @Test("A FIFO or a folder is refused instead of waited for")
    func refusesSpecialFiles() throws {
        let space = try Workspace()
        mkfifo(space.file("pipe.mp4").path, 0o600)
        for path in [space.file("pipe.mp4").path, space.url.path] {
            let error = #expect(throws: MediaError.self) { try Probe.examine(path) }
            #expect(error?.kind == .unsupported)
        }
    }

    @Test("More streams than the limit, or a larger picture, is refused")
    func refusesBeyondLimits() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4", "-f lavfi -i testsrc2=s=640x480:d=1 -c:v libx264 -preset ultrafast")
        var limits = MediaLimits.default
        limits.maxPixels = 640 * 480 - 1
        #expect(throws: MediaError.self) { try Probe.examine(path, limits: limits) }
        limits.maxPixels += 1
        #expect(try Probe.examine(path, limits: limits).video?.width == 640)
    }
}
