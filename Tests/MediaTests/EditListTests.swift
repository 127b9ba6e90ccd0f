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
            // A signed number: backwards.
            (-1.0, "clip.mp4", "-c:v libx264 -preset ultrafast -g 25 -bf 0 -c:a aac"),
        ])
    func saysSpeed(speed: Double, name: String, codecs: String) throws {
        let space = try Workspace()
        let path = try space.clip(name, "\(Self.film) \(codecs)")
        let usual = try HLSConverter(options: Lesson.quick).plan(path)
        #expect(!usual.explanation.contains("speed"))
        try MovieBoxes.rewrite(space.file(name)) { type, _, content in
            guard type == "elst" else { return nil }
            // One edit: how long it is shown, from which moment of the media on, how fast.
            let length = Int(Double(MovieBoxes.number(content, 8)) / abs(speed))
            return content[..<8] + MovieBoxes.number(length) + content[12..<16]
                + MovieBoxes.number(Int(speed * 65536))
        }
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.contains("a speed of \(speed)"), "\(lesson.result.plan)")
        try lesson.expectRules()
        #expect(try lesson.pictureTimes().count == 150)
        #expect(abs(lesson.result.duration - 6) < 0.15)
    }

    /// An edit: the tenths of a second that it lasts, from which tenth of the media on (nil for a pause), and how fast.
    struct Edit: Sendable {
        let length: Int
        let start: Int?
        let speed: Int
    }

    /// Edits of the pictures and of the sound, and what becomes of them.
    struct Held: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let edits: [[Edit]]
        var isLong = false
        /// Numbers of the tracks of which the plan says something.
        let says: [Int]
        /// Seconds between the two marks of pictures and of sound, and of the whole.
        let apart: [Double]
        let duration: Double
    }

    private static let whole = [Edit(length: 90, start: 0, speed: 1)]
    private static let held = [
        Edit(length: 30, start: 0, speed: 1), Edit(length: 20, start: 30, speed: 0),
        Edit(length: 60, start: 30, speed: 1),
    ]
    private static let pause = Edit(length: 20, start: nil, speed: 1)

    @Test(
        "What is to be held costs no edit list: what follows keeps its place",
        arguments: [
            Held(testDescription: "both", edits: [held, held], says: [1, 2], apart: [8, 8], duration: 11),
            Held(
                testDescription: "the pictures alone, in long numbers", edits: [held, whole], isLong: true,
                says: [1], apart: [8, 6], duration: 11),
            Held(
                testDescription: "the sound alone", edits: [whole, held], says: [2], apart: [6, 8],
                duration: 11),
            // A writer that leaves the speed out.
            Held(
                testDescription: "no speed but 0, behind a pause",
                edits: [[pause, Edit(length: 90, start: 0, speed: 0)], [pause] + whole], says: [],
                apart: [6, 6], duration: 9),
        ])
    func holds(_ film: Held) throws {
        let space = try Workspace()
        // White and loud at the first and the seventh second, before and behind what is held.
        let path = try space.clip("clip.mp4", Self.marked("between(t,1,1.2)+between(t,7,7.2)"))
        let file = space.file("clip.mp4")
        let scales = try MovieBoxes.contents("mdhd", in: file).map { MovieBoxes.number($0, 12) }
        try MovieBoxes.rewrite(file) { type, track, content in
            guard type == "elst" else { return nil }
            let first = MovieBoxes.number(content, 12)
            func number(_ value: Int) -> [UInt8] {
                (film.isLong ? MovieBoxes.number(value >> 32) : []) + MovieBoxes.number(value)
            }
            let edits = film.edits[track - 1].flatMap { edit in
                number(edit.length * 100)
                    + number(edit.start.map { first + scales[track - 1] * $0 / 10 } ?? -1)
                    + MovieBoxes.number(edit.speed << 16)
            }
            return [film.isLong ? 1 : 0, 0, 0, 0] + MovieBoxes.number(film.edits[track - 1].count) + edits
        }
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        for track in [1, 2] {
            let isSaid = lesson.result.plan.contains("a speed of 0.0 in the edit list of track \(track)")
            #expect(isSaid == film.says.contains(track), "\(lesson.result.plan)")
        }
        #expect(abs(lesson.result.duration - film.duration) < 0.1)
        let (flashes, beeps) = try (
            FlashAndBeep.flashes(lesson.joined()), FlashAndBeep.beeps(lesson.joined())
        )
        try #require(flashes.count == 2 && beeps.count == 2, "\(flashes) \(beeps)")
        #expect(abs(flashes[0] - beeps[0]) < 0.05, "\(flashes) \(beeps)")
        #expect(abs(flashes[1] - flashes[0] - film.apart[0]) < 0.05, "\(flashes)")
        #expect(abs(beeps[1] - beeps[0] - film.apart[1]) < 0.05, "\(beeps)")
    }

    /// Nine seconds, white and loud at some moments.
    private static func marked(_ marks: String) -> String {
        "-f lavfi -i color=black:s=160x120:r=25:d=9,drawbox=0:0:160:120:white:fill:enable='\(marks)' "
            + "-f lavfi -i aevalsrc='sin(2*PI*1000*t)*(\(marks))':s=48000:d=9 -pix_fmt yuv420p "
            + "-c:v libx264 -preset ultrafast -bf 0 -g 50 -c:a aac"
    }

    @Test("A film of several edits keeps pictures and sound together behind each cut")
    func keepsTogether() throws {
        let space = try Workspace()
        // White and loud in the second, the fifth and the eighth second, of which the fifth is cut out.
        let marks = "lt(mod(t,3)-1,0.2)*gte(mod(t,3),1)"
        let path = try space.clip("clip.mp4", Self.marked(marks))
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
