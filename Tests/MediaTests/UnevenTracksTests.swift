import Foundation
import MediaProtocol
import Testing

@testable import Media

/// Films whose tracks do not begin and end together, or stand still on the way.
@Suite("Uneven tracks")
struct UnevenTracksTests {
    private static let h264 = "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 25"
    private static let mpeg4 = "-c:v mpeg4 -q:v 8"

    struct LateSound: CustomTestStringConvertible, Sendable {
        let name: String
        let start: Double
        let codecs: String
        var testDescription: String { "\(name), \(start) s" }
    }

    @Test(
        "Sound that begins late is silent from the first picture on",
        arguments: [
            LateSound(name: "clip.mp4", start: 3, codecs: "\(h264) -c:a aac"),
            LateSound(name: "clip.mkv", start: 0.5, codecs: "\(h264) -c:a aac"),
            LateSound(name: "clip.mov", start: 5, codecs: "\(mpeg4) -c:a aac -ar 44100 -ac 1"),
            LateSound(name: "clip.webm", start: 2.3, codecs: "-c:v libvpx -deadline realtime -c:a libopus"),
            LateSound(name: "clip.ts", start: 2, codecs: "\(h264) -c:a mp2"),
        ])
    func fillsInSilence(_ film: LateSound) throws {
        let space = try Workspace()
        let path = try space.clip(
            film.name,
            "-f lavfi -i testsrc2=s=160x120:r=25:d=6 -itsoffset \(film.start) -f lavfi "
                + "-i sine=r=48000:d=\(6 - film.start) \(film.codecs)")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        try lesson.expectTogether()
        #expect(abs(lesson.result.duration - 6) < 0.1)
        let begins = try lesson.soundBegins()
        #expect(abs(begins - film.start) < 0.06, "\(begins)")
    }

    @Test("Sound that begins with the pictures, or nearly so, is copied", arguments: [0.0, 0.06])
    func copiesTogether(start: Double) throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4",
            "-f lavfi -i testsrc2=s=160x120:r=25:d=3 -itsoffset \(start) -f lavfi -i sine=r=48000:d=3 "
                + "\(Self.h264) -c:a aac")
        #expect(try HLSConverter(options: Lesson.quick).plan(path).audio?.action == .copy)
    }

    @Test(
        "A track with a hole, or one that ends long before the other, is not copied",
        arguments: [
            ("late.mp4", "-itsoffset 1", "d=3", "picture's"), ("short.mp4", "", "d=1", "end long before"),
            ("hole.mp4", "", "d=6,aselect=lt(t\\,2)+gt(t\\,4)", "hole"),
        ])
    func refusesUneven(name: String, offset: String, sound: String, reason: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            name,
            "-f lavfi -i testsrc2=s=160x120:r=25:d=6 \(offset) -f lavfi -i sine=r=48000:\(sound) "
                + "\(Self.h264) -c:a aac")
        let plan = try HLSConverter(options: Lesson.quick).plan(path)
        #expect(plan.video.action == .copy)
        #expect(plan.audio?.reasons.joined().contains(reason) == true, "\(plan.explanation)")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        try lesson.expectTogether()
        #expect(abs(lesson.result.duration - 6) < 0.1)
    }

    @Test(
        "Pictures that begin after the sound: the first one is held from the first sound on",
        arguments: [
            ("clip.mkv", 3.0, "\(h264) -c:a aac"), ("clip.mp4", 7.0, "\(h264) -c:a aac"),
            ("clip.mov", 2.0, "\(mpeg4) -c:a pcm_s16le"), ("clip.ts", 2.5, "-c:v mpeg2video -c:a mp2"),
        ])
    func holdsFirstPicture(name: String, start: Double, codecs: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            name,
            "-itsoffset \(start) -f lavfi -i testsrc2=s=160x120:r=25:d=2 -f lavfi -i sine=r=48000:d=\(start + 2) "
                + "-fps_mode passthrough \(codecs)")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        try lesson.expectTogether()
        #expect(abs(lesson.result.duration - start - 2) < 0.1)
        #expect(try lesson.durations.allSatisfy { $0 <= 4 })
    }

    @Test(
        "A picture that stands still is shown again, and no segment is a sliver or much too long",
        arguments: [
            ("clip.mp4", "lt(t,3)+gt(t,11.9)", h264),
            ("clip.mkv", "lt(t,1)+between(t,5.9,6)+gt(t,10)", mpeg4),
            ("clip.webm", "lt(t,1)+gt(t,13.9)", "-c:v libvpx -deadline realtime"),
        ])
    func repeatsStills(name: String, shown: String, codec: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            name,
            "-f lavfi -i testsrc2=s=160x120:r=25:d=14 -f lavfi -i sine=r=48000:d=14 -vf select='\(shown)' "
                + "-fps_mode vfr \(codec) \(name.hasSuffix("webm") ? "-c:a libopus" : "-c:a aac")")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.plan.hasPrefix("video: transcode"))
        #expect(abs(lesson.result.duration - 14) < 0.1)
        #expect(try lesson.durations.allSatisfy { (0.5...4).contains($0) })
        let times = try lesson.pictureTimes()
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 < 1.6 })
    }

    @Test(
        "A picture is shown again as long as sound goes on after the last one",
        arguments: [
            ("one.mp4", "-vf trim=end_frame=1 \(h264) -c:a aac"),
            ("one.mov", "-vf trim=end_frame=1 -c:v mjpeg -c:a aac"),
            ("short.mkv", "-vf trim=end_frame=50 \(h264) -c:a aac"),
            ("short.ts", "-vf trim=end_frame=50 -c:v mpeg2video -c:a mp2"),
        ])
    func repeatsLast(name: String, codecs: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            name, "-f lavfi -i testsrc2=s=160x120:r=25:d=14 -f lavfi -i sine=r=48000:d=14 \(codecs)")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        try lesson.expectTogether()
        #expect(abs(lesson.result.duration - 14) < 0.15)
        #expect(try lesson.durations.allSatisfy { (0.5...4).contains($0) })
    }

    @Test(
        "A re-encoded film ends where its sound or its last picture does",
        arguments: [
            // The picture is shown again once a second, and last in the middle of such a second.
            ("sound.mkv", 13.7, "-f lavfi -i sine=r=48000:d=13.7 -vf trim=end_frame=50 \(mpeg4) -c:a aac"),
            ("sound.mp4", 5.2, "-f lavfi -i sine=r=48000:d=5.2 -vf trim=end_frame=50 \(mpeg4) -c:a aac"),
            ("picture.mp4", 6.96, "\(mpeg4) -t 2"),
            ("both.mp4", 6.96, "-f lavfi -i sine=d=4 \(mpeg4) -c:a aac"),
        ])
    func endsExactly(name: String, end: Double, codecs: String) throws {
        let space = try Workspace()
        let path = try space.clip(name, "-f lavfi -i testsrc2=s=160x120:r=25:d=2 \(codecs)")
        if !name.hasPrefix("sound") {
            // The last of fifty pictures lasts for five seconds.
            let times = try #require(try MovieBoxes.contents("stts", in: space.file(name)).first)
            let step = MovieBoxes.number(times, 12)
            try MovieBoxes.rewrite(space.file(name)) { type, track, content in
                switch (type, track) {
                case ("stts", 1): [0, 0, 0, 0] + [2, 49, step, 1, step * 125].flatMap(MovieBoxes.number)
                case ("mdhd", 1): content[..<16] + MovieBoxes.number(step * 174) + content[20...]
                case ("edts", _): []
                default: nil
                }
            }
        }
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - end) < 0.03)
    }
}

extension Lesson {
    /// Expects pictures and sound from the same moment on.
    fileprivate func expectTogether(_ location: SourceLocation = #_sourceLocation) throws {
        let starts = try ["v", "a"].map {
            Double(try Command.ffprobe("stream=start_time", joined(), ["-select_streams", $0])) ?? -1
        }
        #expect(abs(starts[0] - starts[1]) < 0.1, "\(starts)", sourceLocation: location)
    }

    /// Seconds of silence in front.
    fileprivate func soundBegins() throws -> Double {
        let raw = try Command.run([
            "ffmpeg", "-v", "error", "-i", try joined().path, "-vn", "-af", "pan=mono|c0=c0", "-ar", "48000",
            "-f", "f32le", "-",
        ]).standardOutput
        let samples = raw.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        return Double(samples.firstIndex { abs($0) > 0.02 } ?? -1) / 48000
    }

    /// When pictures are shown, in seconds.
    func pictureTimes() throws -> [Double] {
        try Command.run([
            "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of",
            "csv=p=0",
            try joined().path,
        ]).text.split(separator: "\n").compactMap { Double($0.trimmingCharacters(in: [",", " "])) }.sorted()
    }

    /// How many packets of sound a segment has.
    func soundPackets(_ number: Int) throws -> Int {
        try Command.run([
            "ffprobe", "-v", "error", "-select_streams", "a:0", "-show_entries", "packet=pts_time", "-of",
            "csv=p=0", try plain(number).path,
        ]).text.split(separator: "\n").count
    }
}
