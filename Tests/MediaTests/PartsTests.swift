import Foundation
import MediaProtocol
import Testing

@testable import Media

/// Transport streams that become another one on the way: libavformat would leave out what follows, or take pictures for
/// sound.
@Suite("Recordings that become another")
struct PartsTests {
    private static let h264 = "-c:v libx264 -preset ultrafast -g 25 -c:a aac"
    private static let mpeg2 = "-c:v mpeg2video -c:a mp2"
    private static let program = "-mpegts_service_id 7 -mpegts_pmt_start_pid 500"

    /// How the second part differs.
    struct Change: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let first: String
        let second: String
    }

    @Test(
        "Every picture is part of the lesson, and the sound stays with them",
        arguments: [
            Change(
                testDescription: "another program under other PIDs", first: h264,
                second: "\(h264) \(program) -streamid 0:300 -streamid 1:301"),
            Change(
                testDescription: "the PIDs changed their places", first: h264,
                second: "\(h264) -streamid 0:257 -streamid 1:256"),
            Change(
                testDescription: "another program, PIDs and codecs", first: mpeg2,
                second: "\(h264) \(program) -streamid 0:257 -streamid 1:256 -s 240x120"),
            Change(testDescription: "other codecs under the same PIDs", first: h264, second: mpeg2),
            Change(
                testDescription: "a disc's packets of 192 bytes",
                first: "\(h264) -mpegts_m2ts_mode 1",
                second: "\(h264) -mpegts_m2ts_mode 1 -streamid 0:4352 -streamid 1:4113"),
        ])
    func joins(_ change: Change) throws {
        let space = try Workspace()
        let path = try Self.film([change.first, change.second, change.first], in: space)
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.contains("goes on in another program"), "\(lesson.result.plan)")
        try lesson.expectRules()
        #expect(try lesson.pictureTimes().count == 225)
        #expect(abs(lesson.result.duration - 9) < 0.2)
        let file = try lesson.joined()
        let (flashes, beeps) = try (FlashAndBeep.flashes(file), FlashAndBeep.beeps(file))
        try #require(flashes.count == 3 && beeps.count == 3, "\(flashes) \(beeps)")
        #expect(zip(flashes, beeps).allSatisfy { abs($0 - $1) < 0.06 }, "\(flashes) \(beeps)")
    }

    @Test("A film is as long as its parts together, however many bits a second of each takes")
    func durations() throws {
        let space = try Workspace()
        let path = try Self.film(
            [Self.h264, "-vf noise=alls=100:allf=t -q:v 2 \(Self.mpeg2)", Self.h264], in: space)
        #expect(abs(try Probe.examine(path).duration - 9) < 0.5)
        // A limit that they pass together is one.
        var limits = MediaLimits.default
        limits.maxDurationSeconds = 12
        #expect(throws: Never.self) { try Probe.examine(path, limits: limits) }
        limits.maxDurationSeconds = 7
        let error = #expect(throws: MediaError.self) { try Probe.examine(path, limits: limits) }
        #expect(error?.message.contains("longer than") == true)
    }

    @Test("The poster of a film with a long second part is not the end of the first one")
    func poster() throws {
        let space = try Workspace()
        var film = Data()
        for (name, source, codec) in [
            ("a.ts", "testsrc2=s=160x120:r=25:d=3,drawbox=c=black:t=fill:enable='gt(t,1.9)'", Self.h264),
            ("b.ts", "color=gray:s=160x120:r=25:d=20,noise=alls=100:allf=t", "-q:v 2 \(Self.mpeg2)"),
        ] {
            _ = try space.clip(name, "-f lavfi -i \(source) -pix_fmt yuv420p \(codec)")
            film += try Data(contentsOf: space.file(name))
        }
        try film.write(to: space.file("film.ts"))
        let path = space.file("film.ts").path
        let poster = space.file("poster.jpg").path
        try #require(!Demuxer(path, limits: .default, cancellation: Cancellation()).laterParts.isEmpty)
        try Poster.make(path, to: poster, cancellation: Cancellation())
        let raw = try Command.run([
            "ffmpeg", "-v", "error", "-i", poster, "-pix_fmt", "gray", "-f", "rawvideo", "-",
        ]).standardOutput
        #expect(raw.reduce(0) { $0 + Int($1) } / max(1, raw.count) > 60)
    }

    @Test("What a later part lacks stands still, and what cannot be had of it refuses the film")
    func lacks() throws {
        let space = try Workspace()
        let other = "\(Self.program) -streamid 0:300 -streamid 1:301"
        let silent = try Lesson(
            Self.film([Self.h264, "\(Self.h264) -an \(other)"], in: space), in: space)
        try silent.expectRules()
        #expect(try silent.pictureTimes().count == 150 && silent.result.audioCodec != nil)
        // Silence keeps up with the pictures of such a part, rather than come in one piece behind them.
        var limits = MediaLimits.default
        limits.patienceSeconds = 0.5
        limits.maxWaitingBytes = 30_000
        let between = [Self.h264, "\(Self.h264) -an \(other)", Self.h264]
        let gap = try Lesson(Self.film(between, in: space), in: space, limits: limits)
        try gap.expectRules()
        for number in try gap.segmentNames.indices {
            #expect(try gap.soundPackets(number) > 20, "segment \(number)")
        }
        for (first, second, reason) in [
            ("\(Self.h264) -an", "\(Self.h264) \(other)", "sound that its beginning lacks"),
            (Self.h264, "\(Self.h264) -vn \(other)", "There is no video"),
        ] {
            let path = try Self.film([first, second], in: space)
            let error = #expect(throws: MediaError.self) { try Lesson(path, in: space) }
            #expect(
                error?.kind == .unsupported && error?.message.contains(reason) == true, "\(error as Any)")
        }
    }

    /// Pictures that refer to others, of which the first is missing: the headers are read, and nothing can be decoded.
    private static func undecodable(in space: Workspace) throws -> Data {
        _ = try space.clip(
            "bad.ts",
            "-f lavfi -i testsrc2=s=64x64:r=10:d=1 -f lavfi -i sine=r=48000:d=1 -pix_fmt yuv420p -c:v libx264 "
                + "-preset ultrafast -g 999 -c:a mp2 -b:a 64k \(program) -streamid 0:300 -streamid 1:301")
        var data = try Data(contentsOf: space.file("bad.ts"))
        while let slice = data.range(of: Data([0, 0, 1, 0x65])) { data[slice.upperBound - 1] = 0x7E }
        return data
    }

    @Test(
        "A part of which nothing decodes refuses the film, or is named where it is small",
        // A small one at the end lies behind the last place that is looked at: it is left out, and not named.
        arguments: [(isSmall: false, isLast: false), (false, true), (true, false)])
    func undecodable(isSmall: Bool, isLast: Bool) throws {
        let space = try Workspace()
        let large = isSmall ? "-vf scale=320:240,noise=alls=100:allf=t -q:v 2" : "-q:v 31"
        let good = try Self.part("\(large) \(Self.mpeg2)", "good", in: space)
        let film = try good + Self.undecodable(in: space) + (isLast ? Data() : good)
        try film.write(to: space.file("clip.ts"))
        let path = space.file("clip.ts").path
        guard isSmall else {
            let error = #expect(throws: MediaError.self) { try Lesson(path, in: space) }
            #expect(error?.kind == .unsupported, "\(error as Any)")
            #expect(error?.message.contains("Of that part: ") == true, "\(error as Any)")
            return
        }
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.plan.contains("% of the recording, from "), "\(lesson.result.plan)")
        let (flashes, beeps) = try (
            FlashAndBeep.flashes(lesson.joined()), FlashAndBeep.beeps(lesson.joined())
        )
        #expect(flashes.count == 2, "\(flashes)")
        // The part's sound is heard.
        try #require(beeps.count == 3, "\(beeps)")
        #expect(abs((flashes.last ?? 0) - beeps[2]) < 0.06, "\(flashes) \(beeps)")
    }

    @Test("The level fits the part with the most pictures in a second, and none is left out")
    func rates() throws {
        let space = try Workspace()
        let other = "\(Self.h264) \(Self.program) -streamid 0:300 -streamid 1:301 -vf fps=50"
        let lesson = try Lesson(Self.film([Self.h264, other], in: space), in: space)
        try lesson.expectRules()
        #expect(try lesson.pictureTimes().count == 225)
        #expect(try Command.ffprobe("stream=level", lesson.joined()) == "12")
    }

    @Test("What refuses a later part refuses the upload")
    func refusesAtOnce() throws {
        let space = try Workspace()
        let path = try Self.film(
            [Self.h264, "\(Self.h264) \(Self.program) -streamid 0:300 -streamid 1:301"], in: space)
        #expect(throws: Never.self) { try Probe.examine(path) }
        try space.patch("clip.ts") { data in
            for packet in stride(from: 0, to: data.count, by: 188)
            where [300, 301].contains(Int(data[packet + 1] & 0x1F) << 8 | Int(data[packet + 2])) {
                data[packet + 3] |= 0x80
            }
        }
        let error = #expect(throws: MediaError.self) { try Probe.examine(path) }
        #expect(error?.message.contains("encrypted") == true, "\(error as Any)")
    }

    @Test("A part in another container is none")
    func otherContainer() throws {
        let space = try Workspace()
        let film = try Self.part(Self.h264, "a", in: space)
        _ = try space.clip("b.avi", "-f lavfi -i testsrc2=s=160x120:r=25:d=2 -c:v mpeg4")
        try (film + Data(contentsOf: space.file("b.avi"))).write(to: space.file("clip.ts"))
        let demuxer = try Demuxer(
            space.file("clip.ts").path, limits: .default, cancellation: Cancellation())
        #expect(throws: Never.self) { try demuxer.next(0..<Int64(film.count)) }
        let error = #expect(throws: MediaError.self) {
            try demuxer.next(Int64(film.count)..<demuxer.byteSize)
        }
        #expect(error?.kind == .unsupported)
    }

    @Test("Short parts are found in a large file, and many in a small one, up to a limit")
    func findsShort() throws {
        let space = try Workspace()
        let (a, b) = try (Self.part(Self.h264, "a", in: space), Self.part(Self.mpeg2, "b", in: space))
        func write(_ parts: [Data]) throws -> FileInput {
            let handle = try Self.empty("clip.ts", in: space)
            for part in parts { try handle.write(contentsOf: part) }
            return try FileInput(path: space.file("clip.ts").path, cancellation: nil)
        }
        func repeated(_ part: Data, _ bytes: Int) -> [Data] {
            Array(repeating: part, count: bytes / part.count + 1)
        }
        let large = try write(repeated(a, 35 << 20) + repeated(b, 300_000) + repeated(a, 15 << 20))
        #expect(TransportParts(large).ranges.count == 3)
        let (first, second) = (
            repeated(a, 50_000).reduce(Data(), +), repeated(b, 50_000).reduce(Data(), +)
        )
        let many = try write((0..<90).map { $0 % 2 == 0 ? first : second })
        #expect(TransportParts(many).ranges.count == 90)
        _ = try write((0..<120).map { $0 % 2 == 0 ? first : second })
        let error = #expect(throws: MediaError.self) { try Probe.examine(space.file("clip.ts").path) }
        #expect(error?.message.contains("more than 100 times") == true, "\(error as Any)")
    }

    @Test("Streams that came on the way belong to what the film goes on with")
    func renewsTables() throws {
        let space = try Workspace()
        let silent = try Self.part("\(Self.h264) -an", "a", in: space)
        let film = try silent + Self.part(Self.h264, "b", in: space)
        // The PID of the sound carries pictures.
        let other = try Self.part(
            "-map 0:v -map 0:v -c:v:0 libx264 -preset ultrafast -c:v:1 mpeg2video", "c", in: space)
        for (data, count) in [(film, 1), (silent + other, 1), (film + other, 2)] {
            try data.write(to: space.file("clip.ts"))
            let input = try FileInput(path: space.file("clip.ts").path, cancellation: nil)
            #expect(TransportParts(input).ranges.count == count)
        }
    }

    @Test("The place where a large file becomes another is found to the packet")
    func finds() throws {
        let space = try Workspace()
        let (a, b) = try (Self.part(Self.h264, "a", in: space), Self.part(Self.mpeg2, "b", in: space))
        let handle = try Self.empty("clip.ts", in: space)
        // Garbage of a torn packet lies between them.
        for part in Array(repeating: a, count: 70 << 20 / a.count) + [Data(count: 77)]
            + Array(repeating: b, count: 30 << 20 / b.count)
        {
            try handle.write(contentsOf: part)
        }
        let ranges = try TransportParts(FileInput(path: space.file("clip.ts").path, cancellation: nil))
            .ranges
        try #require(ranges.count == 2)
        // A table of services comes first.
        let joint = Int64(70 << 20 / a.count * a.count + 77)
        #expect((joint...joint + 188).contains(ranges[0].upperBound))
        #expect(ranges[1].lowerBound == ranges[0].upperBound)
    }

    @Test("A recording whose tables change without its streams becoming others has one part")
    func staysOne() throws {
        let space = try Workspace()
        let film = try Self.part(Self.h264, "a", in: space)
        let others = [
            "\(Self.h264) -streamid 0:300 -streamid 1:301", "\(Self.h264) -mpegts_service_id 7",
            "\(Self.h264) -an",
            "\(Self.h264) -mpegts_flags +system_b",
        ]
        for other in others {
            var data = try film + Self.part(other, "b", in: space) + film
            // A table that was damaged on the way says nothing.
            let map = try #require(data.range(of: Data([0x47, 0x50, 0x00])))
            for place in map.lowerBound + 20..<map.lowerBound + 30 { data[place] ^= 0x5A }
            try data.write(to: space.file("clip.ts"))
            let input = try FileInput(path: space.file("clip.ts").path, cancellation: nil)
            #expect(TransportParts(input).ranges == [0..<input.size], "\(other)")
        }
    }

    /// Parts of three seconds, each with a flash and a beep at its first second.
    private static func film(_ parts: [String], in space: Workspace) throws -> String {
        let handle = try empty("clip.ts", in: space)
        for (number, options) in parts.enumerated() {
            try handle.write(contentsOf: part(options, "\(number)", in: space))
        }
        return space.file("clip.ts").path
    }

    private static func part(_ options: String, _ name: String, in space: Workspace) throws -> Data {
        _ = try space.clip(
            "\(name).ts",
            "-f lavfi -i color=black:s=160x120:r=25:d=3,drawbox=0:0:160:120:white:fill:enable='between(t,1,1.3)' "
                + "-f lavfi -i aevalsrc='sin(2*PI*1000*t)*between(t,1,1.3)':s=48000:d=3 -pix_fmt yuv420p \(options)"
        )
        return try Data(contentsOf: space.file("\(name).ts"))
    }

    private static func empty(_ name: String, in space: Workspace) throws -> FileHandle {
        try Data().write(to: space.file(name))
        return try FileHandle(forWritingTo: space.file(name))
    }
}
