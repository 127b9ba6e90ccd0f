import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Sound")
struct SoundTests {
    private static let pictures = "-f lavfi -i testsrc2=s=160x120:r=25:d=4"
    private static let h264 = "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 50"

    @Test(
        "Whatever the sound is, it becomes AAC-LC in stereo at 48 kHz",
        arguments: [
            ("mono.mkv", "-f lavfi -i sine=r=22050:d=4", "-c:a pcm_s16le -ac 1"),
            ("old.mkv", "-f lavfi -i sine=r=11025:d=4", "-c:a pcm_u8 -ac 1"),
            ("flac.mkv", "-f lavfi -i sine=r=96000:d=4", "-c:a flac"),
            ("surround.mkv", "-f lavfi -i sine=r=48000:d=4", "-c:a ac3 -ac 6"),
            ("surround.mp4", "-f lavfi -i sine=r=48000:d=4", "-c:a aac -ac 6"),
            ("low.mp4", "-f lavfi -i sine=r=16000:d=4", "-c:a aac -ar 16000"),
        ])
    func resamples(name: String, source: String, codec: String) throws {
        let space = try Workspace()
        let path = try space.clip(name, "\(Self.pictures) \(source) \(Self.h264) \(codec)")
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.contains("audio: transcode"))
        #expect(lesson.result.plan.hasPrefix("video: copy"))
        try lesson.expectRules()
        let entries = "stream=codec_name,profile,sample_rate,channels"
        #expect(try Command.ffprobe(entries, lesson.joined(), ["-select_streams", "a"]) == "aac,LC,48000,2")
        #expect(try abs(Self.duration(lesson.joined()) - 4) < 0.1)
    }

    @Test("Loud surround sound does not clip in stereo")
    func downmixes() throws {
        let space = try Workspace()
        let loud = (1...6).map { "0.95*sin(2*PI*\($0 * 110)*t)" }.joined(separator: "|")
        let path = try space.clip(
            "clip.mkv",
            "\(Self.pictures) -f lavfi -i aevalsrc=\(loud):c=5.1:s=48000:d=4 \(Self.h264) -c:a flac")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        let samples = try Self.samples(lesson.joined())
        let peak = samples.map { abs($0) }.max() ?? 0
        #expect(peak > 0.3 && peak < 1, "peak \(peak)")
        // Clipped sound has runs of samples at the rim.
        #expect(samples.filter { abs($0) > 0.99 }.count < 5)
    }

    @Test(
        "One channel becomes two that are as loud as it was, whatever carried it",
        arguments: [
            ("flac.mkv", "-c:a flac -ac 1 -ar 44100"), ("pcm.mov", "-c:a pcm_s16le -ac 1"),
            ("left.mkv", "-af pan=FL|c0=c0 -c:a flac"), ("opus.webm", "-c:v libvpx -c:a libopus -ac 1"),
        ])
    func keepsLoudness(name: String, codec: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            name,
            "-f lavfi -i testsrc2=s=64x48:r=10:d=2 -f lavfi -i aevalsrc=0.5*sin(2*PI*440*t):s=48000:d=2 "
                + "-c:v libx264 -pix_fmt yuv420p -g 10 \(codec)")
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.contains("audio: transcode"))
        let loudness = try [space.file(name), lesson.joined()].map { file in
            let channels = try Command.run([
                "ffmpeg", "-v", "info", "-i", file.path, "-vn", "-af",
                "atrim=0.5:1.5,astats=measure_overall=none",
                "-f", "null", "-",
            ]).standardError.split(separator: "\n").filter { $0.contains("RMS level dB:") }
            return channels.compactMap { $0.split(separator: ":").last.flatMap { Double($0.dropFirst()) } }
        }
        try #require(loudness[0].count == 1 && loudness[1].count == 2)
        // The sine has -9.03 dB.
        #expect(loudness[1].allSatisfy { abs($0 - loudness[0][0]) < 0.3 }, "\(loudness)")
    }

    @Test(
        "Sound that changes its channels or its rate on the way becomes one steady stream",
        arguments: [
            ["-ac 2 -ar 48000", "-ac 6 -ar 48000"], ["-ac 2 -ar 48000", "-ac 2 -ar 44100"],
            ["-ac 1 -ar 44100", "-ac 2 -ar 44100"],
            ["-ac 2 -ar 48000", "-ac 6 -ar 48000", "-ac 2 -ar 44100"],
        ])
    func steadiesSound(parts: [String]) throws {
        let space = try Workspace()
        var data = Data()
        for (number, more) in parts.enumerated() {
            let path = try space.clip(
                "\(number).ts",
                "\(Self.pictures) -f lavfi -i sine=r=48000:d=4 \(Self.h264) -c:a aac \(more) "
                    + "-output_ts_offset \(number * 4)")
            data += try Data(contentsOf: URL(fileURLWithPath: path))
        }
        try data.write(to: space.file("clip.ts"))
        let lesson = try Lesson(space.file("clip.ts").path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.plan.contains("audio: transcode"), "\(lesson.result.plan)")
        let frames = try Command.run([
            "ffprobe", "-v", "error", "-select_streams", "a:0", "-show_entries", "frame=sample_rate,channels",
            "-of", "csv=p=0", lesson.joined().path,
        ]).text.split(separator: "\n").map { $0.trimmingCharacters(in: [",", " "]) }
        #expect(Set(frames).subtracting([""]).count == 1)
    }

    @Test("A gap in the sound becomes silence of the same length")
    func fillsGaps() throws {
        let space = try Workspace()
        // Two seconds of sound, three of nothing, one of sound.
        _ = try space.clip("a.mkv", "-f lavfi -i sine=r=48000:d=2 -c:a flac")
        _ = try space.clip("b.mkv", "-itsoffset 5 -f lavfi -i sine=r=48000:d=1 -c:a flac")
        try Data("ffconcat version 1.0\nfile a.mkv\nduration 5\nfile b.mkv\ninpoint 5\n".utf8)
            .write(to: space.file("list.txt"))
        let path = try space.clip(
            "clip.mkv", "-f lavfi -i testsrc2=s=160x120:r=25:d=6 -f concat -i list.txt \(Self.h264) -c:a copy"
        )
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        let samples = try Self.samples(lesson.joined())
        #expect(abs(Double(samples.count) / 48000 - 6) < 0.1)
        func level(_ second: Double) -> Float {
            let start = Int(second * 48000)
            return samples[start..<start + 4800].map { abs($0) }.max() ?? 0
        }
        #expect(level(1) > 0.05 && level(3.5) < 0.01 && level(5.5) > 0.05)
    }

    @Test("Of several sounds the default one is taken")
    func choosesDefault() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4",
            "\(Self.pictures) -f lavfi -i sine=r=48000:d=4 -f lavfi -i sine=r=44100:d=4 -map 0 -map 1 -map 2 "
                + "\(Self.h264) -c:a aac -disposition:a:0 0 -disposition:a:1 default")
        #expect(try Probe.examine(path).audio?.sampleRate == 44100)
    }

    @Test("A sound that nothing can decode is left out, and the next one taken")
    func skipsUndecodable() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4",
            "\(Self.pictures) -f lavfi -i sine=r=48000:d=4 -f lavfi -i sine=r=44100:d=4 -map 0 -map 1 -map 2 "
                + "\(Self.h264) -c:a aac -disposition:a:0 default -disposition:a:1 0")
        try Self.hideFirstSound(space.file("clip.mp4"))
        let probe = try Probe.examine(path)
        #expect(probe.audio?.sampleRate == 44100)
        #expect(probe.ignored.contains { $0.contains("not decodable") })
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.audioCodec == "mp4a.40.2")
    }

    @Test("A film as a phone makes it: HDR, held upright, its first sound of a kind that nobody knows")
    func phoneFilm() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mov",
            "-f lavfi -i color=blue:s=320x180:r=30:d=4 -f lavfi -i sine=r=48000:d=4 -f lavfi -i sine=r=44100:d=4 "
                + "-map 0 -map 1 -map 2 -vf drawbox=0:140:40:40:white:fill,zscale=tin=bt709:min=bt709:pin=bt709:"
                + "rin=tv:t=arib-std-b67:m=2020_ncl:p=2020:npl=203,format=yuv420p10le -c:v libx265 "
                + "-preset ultrafast -x265-params "
                + "log-level=none:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc -tag:v hvc1 "
                + "-c:a aac -disposition:a:0 default -disposition:a:1 0 -timecode 10:00:00:00")
        try Self.hideFirstSound(space.file("clip.mov"))
        try TrackHeader.set(.clockwise, in: space.file("clip.mov"))
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.width == 180 && lesson.result.height == 320)
        #expect(lesson.result.plan.contains("44100 Hz") && lesson.result.plan.contains("not decodable"))
        let file = try lesson.joined()
        let tags = "stream=codec_name,pix_fmt,color_transfer"
        #expect(try Command.ffprobe(tags, file, ["-select_streams", "v"]) == "h264,yuv420p,bt709")
        // What lay at the lower left is at the upper left when the film stands.
        let raw = try Command.run([
            "ffmpeg", "-v", "error", "-i", file.path, "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo",
            "-",
        ]).standardOutput
        try #require(raw.count == 180 * 320)
        #expect(raw[20 * 180 + 20] > 200 && raw[20 * 180 + 160] < 100 && raw[300 * 180 + 20] < 100)
    }

    @Test("Subtitles, covers, attachments and time codes are left out")
    func ignoresTheRest() throws {
        let space = try Workspace()
        _ = try space.write("1\n00:00:00,000 --> 00:00:02,000\nHello\n", to: "sub.srt")
        _ = try space.clip("cover.png", "-f lavfi -i testsrc2=s=64x64:d=1 -frames:v 1")
        let path = try space.clip(
            "clip.mkv",
            "\(Self.pictures) -f lavfi -i sine=r=48000:d=4 -i sub.srt -i cover.png -map 0 -map 1 -map 2 -map 3 "
                + "\(Self.h264) -c:v:1 copy -c:a aac -disposition:v:1 attached_pic -attach sub.srt "
                + "-metadata:s:t mimetype=application/octet-stream")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.plan.components(separatedBy: "ignored:").count == 4, "\(lesson.result.plan)")
        let movie = try space.clip(
            "clip.mov", "\(Self.pictures) \(Self.h264) -timecode 10:00:00:00")
        try Lesson(movie, in: space).expectRules()
    }

    @Test("Sound that lasts longer than the pictures is kept, and counts")
    func keepsRest() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mkv", "\(Self.pictures) -f lavfi -i sine=r=48000:d=5 \(Self.h264) -c:a aac")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.plan.contains("audio: copy"))
        #expect(abs(lesson.result.duration - 5) < 0.05)
    }

    /// As an iPhone writes its spatial sound: a codec that libav does not know, described by a box that it does not
    /// know either.
    private static func hideFirstSound(_ file: URL) throws {
        var data = try Data(contentsOf: file)
        let index = try #require(data.range(of: Data("moov".utf8), options: .backwards)).lowerBound
        // QuickTime wraps the description in `wave`.
        for (known, unknown) in [("mp4a", "apac"), ("esds", "dapa")] {
            let name = try #require(data.range(of: Data(known.utf8), in: index..<data.endIndex))
            data.replaceSubrange(name, with: Data(unknown.utf8))
        }
        try data.write(to: file)
    }

    private static func samples(_ file: URL) throws -> [Float] {
        let raw = try Command.run([
            "ffmpeg", "-v", "error", "-i", file.path, "-vn", "-af", "pan=mono|c0=c0", "-ar", "48000", "-f",
            "f32le", "-",
        ]).standardOutput
        return raw.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }

    private static func duration(_ file: URL) throws -> Double {
        Double(try samples(file).count) / 48000
    }
}
