import Foundation
import MediaProtocol
import Testing

@testable import Media

/// What an MP4 or MOV says of how its media is to be shown.
@Suite("Edit lists")
struct EditListTests {
    private static let film =
        "-f lavfi -i testsrc2=s=160x120:r=25:d=6 -f lavfi -i sine=r=48000:d=6 -pix_fmt yuv420p"

    @Test(
        "A speed that is not followed is said in the plan, and costs no picture",
        arguments: [
            (2.0, "clip.mp4", "-c:v libx264 -preset ultrafast -g 25 -bf 0 -c:a aac"),
            (0.5, "clip.mov", "-c:v libx264 -preset veryfast -g 25 -bf 2 -c:a aac"),
            (4.0, "clip.mov", "-c:v mpeg4 -c:a pcm_s16le"),
        ])
    func saysSpeed(speed: Double, name: String, codecs: String) throws {
        let space = try Workspace()
        let path = try space.clip(name, "\(Self.film) \(codecs)")
        let usual = try HLSConverter(options: Lesson.quick).plan(path)
        #expect(!usual.explanation.contains("speed"))
        try MovieBoxes.rewrite(space.file(name)) { type, _, content in
            guard type == "elst" else { return nil }
            // One edit: how long it is shown, from which moment of the media on, how fast.
            let length = Int(Double(MovieBoxes.number(content, 8)) / speed)
            return content[..<8] + MovieBoxes.number(length) + content[12..<16]
                + MovieBoxes.number(Int(speed * 65536))
        }
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.contains("a speed of \(speed)"), "\(lesson.result.plan)")
        try lesson.expectRules()
        #expect(try lesson.pictureTimes().count == 150)
        #expect(abs(lesson.result.duration - 6) < 0.15)
    }

    @Test("A film of several edits keeps pictures and sound together behind each cut")
    func keepsTogether() throws {
        let space = try Workspace()
        // White and loud in the second, the fifth and the eighth second, of which the fifth is cut out.
        let marks = "lt(mod(t,3)-1,0.2)*gte(mod(t,3),1)"
        let path = try space.clip(
            "clip.mp4",
            "-f lavfi -i color=black:s=160x120:r=25:d=9,drawbox=0:0:160:120:white:fill:enable='\(marks)' "
                + "-f lavfi -i aevalsrc='sin(2*PI*1000*t)*\(marks)':s=48000:d=9 -pix_fmt yuv420p "
                + "-c:v libx264 -preset ultrafast -bf 0 -g 50 -c:a aac")
        let scales = try MovieBoxes.contents("mdhd", in: space.file("clip.mp4")).map {
            MovieBoxes.number($0, 12)
        }
        try MovieBoxes.rewrite(space.file("clip.mp4")) { type, track, content in
            guard type == "elst" else { return nil }
            let start = MovieBoxes.number(content, 12)
            // Milliseconds: up to 3.4, and on from 6.2.
            let edits = [3400, start, 65536, 2800, start + scales[track - 1] * 62 / 10, 65536]
            return [0, 0, 0, 0] + ([2] + edits).flatMap(MovieBoxes.number)
        }
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - 6.2) < 0.1)
        let file = try lesson.joined()
        let (flashes, beeps) = try (FlashAndBeep.flashes(file), FlashAndBeep.beeps(file))
        try #require(flashes.count == 2 && beeps.count == 2, "\(flashes) \(beeps)")
        #expect(abs(flashes[1] - flashes[0] - 3.2) < 0.05, "\(flashes)")
        #expect(zip(flashes, beeps).allSatisfy { abs($0 - $1) < 0.05 }, "\(flashes) \(beeps)")
    }

    @Test(
        "A copied film of reordered pictures at a variable rate ends when the file says", arguments: [12, 30])
    func endsAsStated(rate: Int) throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4",
            "-f lavfi -i testsrc2=s=160x120:r=\(rate):d=5 -vf settb=1/90000,setpts='PTS+floor(random(1)*2000)' "
                + "-fps_mode passthrough -enc_time_base 1/90000 -video_track_timescale 90000 -pix_fmt yuv420p "
                + "-c:v libx264 -preset veryfast -bf 2 -g \(rate)")
        let stated = try Command.ffprobe("stream=duration", space.file("clip.mp4"), ["-select_streams", "v"])
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.hasPrefix("video: copy"), "\(lesson.result.plan)")
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - (Double(stated) ?? 0)) < 0.0017, "\(stated)")
    }
}
