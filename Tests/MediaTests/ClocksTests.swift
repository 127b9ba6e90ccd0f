import Foundation
import MediaProtocol
import Testing

@testable import Media

/// Films whose clocks begin anew, whose duration is not known, or of which a stream comes late.
@Suite("Clocks")
struct ClocksTests {
    private static let film = "-f lavfi -i testsrc2=s=160x120:r=25:d=3 -f lavfi -i sine=r=44100:d=3"
    private static let h264 = "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 25 -bf 0"

    @Test(
        "A recording whose clock begins anew is joined: every picture, and the sound with it",
        arguments: [
            ("flv", "\(h264) -c:a aac", "", ""), ("flv", "-c:v flv -c:a libmp3lame", "", ""),
            ("ts", "\(h264) -c:a aac", "-output_ts_offset 1000", "-output_ts_offset 10"),
            ("ts", "-c:v mpeg2video -c:a mp2", "-output_ts_offset 10", "-output_ts_offset 500"),
            // The second clock is only so far from the first that their times overlap.
            ("ts", "\(h264) -c:a aac", "-output_ts_offset 10", "-output_ts_offset 11.5"),
            ("ts", "-c:v mpeg2video -c:a mp2", "-output_ts_offset 10", "-output_ts_offset 12.5"),
        ])
    func joins(container: String, codecs: String, first: String, second: String) throws {
        let space = try Workspace()
        var film = Data()
        for (name, offset) in [("a", first), ("b", second)] {
            _ = try space.clip("\(name).\(container)", "\(Self.film) \(codecs) \(offset)")
            let part = try Data(contentsOf: space.file("\(name).\(container)"))
            // An FLV's second part comes without the file's head.
            film += container == "flv" && name == "b" ? part.dropFirst(13) : part
        }
        let path = space.file("clip.\(container)")
        try film.write(to: path)
        let lesson = try Lesson(path.path, in: space)
        try lesson.expectRules()
        #expect(try lesson.pictureTimes().count == 150)
        #expect(abs(lesson.result.duration - 6) < 0.2)
    }

    /// One that is too early, or too late by less than a clock that begins anew would be.
    @Test(
        "One wrong time moves nothing that follows",
        arguments: [
            ("ts", "-c:v mpeg2video -c:a mp2"), ("ts", "\(h264) -c:a aac -b:a 48k"),
            ("flv", "-c:v flv -c:a libmp3lame"), ("flv", "\(h264) -c:a aac"),
        ], [(true, 0.7), (true, -0.7), (true, 2.5), (false, 0.7), (false, -0.7), (false, 2.5)])
    func forgives(film: (container: String, codecs: String), wrong: (isSound: Bool, by: Double))
        throws
    {
        let space = try Workspace()
        let marks = "(between(t,1,1.3)+between(t,7,7.3))"
        let path = try space.clip(
            "clip.\(film.container)",
            "-f lavfi -i color=black:s=160x120:r=25:d=9,drawbox=0:0:160:120:white:fill:enable='\(marks)' "
                + "-f lavfi -i aevalsrc='sin(2*PI*1000*t)*\(marks)':s=44100:d=9 \(film.codecs)")
        try space.patch("clip.\(film.container)") { data in
            if film.container == "flv" {
                try WrongTime.inFlash(&data, kind: wrong.isSound ? 8 : 9, from: 3, by: wrong.by)
            } else {
                try WrongTime.inTransport(&data, kind: wrong.isSound ? 0xC0 : 0xE0, from: 3, by: wrong.by)
            }
        }
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - 9) < 0.2)
        let file = try lesson.joined()
        let (flashes, beeps) = try (FlashAndBeep.flashes(file), FlashAndBeep.beeps(file))
        try #require(flashes.count == 2 && beeps.count == 2, "\(flashes) \(beeps)")
        #expect(abs(flashes[1] - flashes[0] - 6) < 0.06, "\(flashes)")
        #expect(zip(flashes, beeps).allSatisfy { abs($0 - $1) < 0.06 }, "\(flashes) \(beeps)")
    }

    @Test(
        "Times of a group that are all zero cost no time, and move nothing that follows",
        arguments: [(8, "\(h264) -c:a aac"), (9, "\(h264) -c:a aac"), (9, "-c:v flv -c:a libmp3lame")]
            as [(UInt8, String)])
    func zeroedTimes(kind: UInt8, codecs: String) throws {
        let space = try Workspace()
        let marks = "(between(t,1,1.3)+between(t,7,7.3))"
        let path = try space.clip(
            "clip.flv",
            "-f lavfi -i color=black:s=160x120:r=25:d=9,drawbox=0:0:160:120:white:fill:enable='\(marks)' "
                + "-f lavfi -i aevalsrc='sin(2*PI*1000*t)*\(marks)':s=44100:d=9 \(codecs)")
        try space.patch("clip.flv") { data in
            for tenth in 0..<10 {
                try WrongTime.inFlash(&data, kind: kind, from: 3 + Double(tenth) * 0.05, by: -999)
            }
        }
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - 9) < 0.2)
        let file = try lesson.joined()
        let (flashes, beeps) = try (FlashAndBeep.flashes(file), FlashAndBeep.beeps(file))
        try #require(flashes.count == 2 && beeps.count == 2, "\(flashes) \(beeps)")
        #expect(abs(flashes[1] - flashes[0] - 6) < 0.06, "\(flashes)")
        #expect(zip(flashes, beeps).allSatisfy { abs($0 - $1) < 0.06 }, "\(flashes) \(beeps)")
    }

    @Test(
        "A duration that no film has is doubted in every container",
        arguments: ["clip.mkv", "clip.flv", "clip.avi"], [-1, .infinity, .nan, 1e9, 1e300])
    func hostileDuration(name: String, seconds: Double) throws {
        let space = try Workspace()
        let codecs = name == "clip.avi" ? "-c:v mpeg4 -c:a mp3" : "\(Self.h264) -c:a aac"
        let path = try space.clip(name, "\(Self.film) \(codecs)")
        try space.patch(name) { data in
            switch name {
            case "clip.mkv":
                // A float of eight bytes, in milliseconds.
                let mark = try #require(data.range(of: Data([0x44, 0x89, 0x88]))).upperBound
                Self.write(seconds * 1000, at: mark, in: &data)
            case "clip.flv":
                let mark = try #require(data.range(of: Data("duration".utf8))).upperBound
                Self.write(seconds, at: mark + 1, in: &data)
            default:
                // Frames of the whole in the film's header, and units in each stream's.
                let frames = UInt32(
                    truncatingIfNeeded: Int64(seconds.isFinite ? max(-1e9, min(seconds, 1e9)) * 25 : -1))
                let film = try #require(data.range(of: Data("avih".utf8))).upperBound + 4 + 16
                let streams = [Data("vids".utf8), Data("auds".utf8)]
                let places = try streams.map { try #require(data.range(of: $0)).lowerBound + 32 }
                for place in [film] + places {
                    for byte in 0..<4 { data[place + byte] = UInt8(frames >> (8 * UInt32(byte)) & 0xFF) }
                }
            }
        }
        #expect(try Probe.examine(path).duration < 24 * 3600)
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - 3) < 0.2)
    }

    private static func write(_ number: Double, at place: Int, in data: inout Data) {
        withUnsafeBytes(of: number.bitPattern.bigEndian) {
            data.replaceSubrange(place..<place + 8, with: $0)
        }
    }

    /// Matroska has no decoding times; libav learns them late, and the first packets are without one.
    @Test("Pictures far apart that are reordered are no new clock", arguments: [1, 2, 4])
    func keepsSlowPictures(rate: Int) throws {
        let space = try Workspace()
        let pictures = "-f lavfi -i testsrc2=s=160x120:r=\(rate):d=16 -f lavfi -i sine=r=44100:d=16"
        let path = try space.clip(
            "clip.mkv",
            "\(pictures) -pix_fmt yuv420p -c:v libx264 -preset veryfast -bf 3 -g 250 -c:a libopus"
        )
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        let times = try lesson.pictureTimes()
        #expect(times.count == 16 * rate)
        #expect(zip(times, times.dropFirst()).allSatisfy { abs($1 - $0 - 1 / Double(rate)) < 0.01 })
        #expect(abs(lesson.result.duration - 16) < 0.1)
    }

    @Test("An index has one clock, however far a picture lies behind the end that the headers name")
    func keepsFarPictures() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4",
            "-f lavfi -i testsrc2=s=160x120:r=25:d=52 -vf select='lt(t,2)+gt(t,50)' -fps_mode passthrough "
                + "-pix_fmt yuv420p -c:v libx264 -preset veryfast -g 25 -bf 2")
        try MovieBoxes.rewrite(space.file("clip.mp4")) { type, _, content in
            // Version 0: flags, two dates, a scale and a duration, of which two seconds are left.
            if type == "edts" { return [] }
            guard ["mvhd", "mdhd"].contains(type) else { return nil }
            return content[..<16] + MovieBoxes.number(2 * MovieBoxes.number(content, 12)) + content[20...]
        }
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - 52) < 0.1)
    }

    @Test(
        "A duration of all ones, or of zero, is not known, and a film of it is converted",
        arguments: [
            ("clip.mp4", ["mvhd"], 0xFF), ("clip.mp4", ["mvhd", "mdhd", "mdhd"], 0xFF),
            ("clip.mov", ["mdhd", "mdhd"], 0xFF), ("clip.mp4", ["mvhd", "mdhd", "mdhd"], 0),
        ] as [(String, [String], UInt8)])
    func unknownDuration(name: String, boxes: [String], byte: UInt8) throws {
        let space = try Workspace()
        let path = try space.clip(name, "\(Self.film) \(Self.h264) -c:a aac")
        var data = try Data(contentsOf: space.file(name))
        var from = data.startIndex
        for box in boxes {
            let found = try #require(data.range(of: Data(box.utf8), in: from..<data.endIndex))
            // Version 0: behind the name stand flags, two dates, and a scale; `mvhd` and `mdhd` alike.
            data.replaceSubrange(
                found.upperBound + 16..<found.upperBound + 20, with: Data(repeating: byte, count: 4))
            from = found.upperBound
        }
        try data.write(to: URL(fileURLWithPath: path))
        #expect(try Probe.examine(path).duration < 10)
        #expect(try abs(Lesson(path, in: space).result.duration - 3) < 0.1)
    }

    @Test(
        "A stream whose first packet comes late is part of the film",
        arguments: [
            ("late.ts", "-c:a aac -f mpegts"), ("mp2.ts", "-c:a mp2 -f mpegts"), ("late.flv", "-c:a aac"),
        ])
    func findsLateSound(name: String, sound: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            name,
            "-f lavfi -i testsrc2=s=160x120:r=5:d=14 -itsoffset 12 -f lavfi -i sine=r=44100:d=2 \(Self.h264) \(sound)"
        )
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.audioCodec != nil)
        #expect(abs(lesson.result.duration - 14) < 0.2)
    }

    @Test("The last picture lasts as long as it says, else as long as the one shown before it")
    func lastPicture() {
        var clock = PictureClock()
        // Shown 0, 40, 80, 2000, 2040: decoded with the last but one at the end.
        for pts: Int64 in [0, 80, 40, 2040, 2000] { clock.add(pts: pts, duration: 0) }
        #expect(clock.end == 2080)
        clock.add(pts: 2080, duration: 500)
        clock.add(pts: 2060, duration: 9000)
        #expect(clock.end == 2580)
        clock.close(at: 2200)
        #expect(clock.end == 2200)
        clock.extend(to: 3000)
        #expect(clock.end == 3000)
    }

    @Test(
        "A re-encoded film is as long as its source",
        arguments: [("slow.mp4", "r=1:d=6"), ("usual.mkv", "r=25:d=6"), ("fast.avi", "r=50:d=6")])
    func endsInTime(name: String, rate: String) throws {
        let space = try Workspace()
        let path = try space.clip(name, "-f lavfi -i testsrc2=s=160x120:\(rate) -c:v mpeg4 -q:v 8")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - 6) < 0.045)
    }
}
