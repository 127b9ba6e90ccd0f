import Foundation
import MediaProtocol
import Testing

@testable import Media

/// Files that hold one track in front of the other, rather than side by side.
@Suite("Tracks far apart in a file")
struct FarTracksTests {
    private static let h264 =
        "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 10 -c:a aac -ar 44100"
    /// FLV's tags (Adobe FLV 10.1 §E.4.1).
    private static let (sound, pictures): (UInt8, UInt8) = (8, 9)

    @Test(
        "The tracks are read side by side, whichever comes first, and stay together",
        arguments: [
            ("clip.flv", h264, [sound]), ("clip.flv", h264, [pictures]),
            ("clip.mkv", h264, [sound]), ("clip.mkv", h264, [pictures]),
            ("clip.ts", h264, [sound]), ("clip.ts", h264, [pictures]),
            ("clip.flv", "-c:v flv -c:a libmp3lame -ar 44100", [sound]),
            ("clip.mkv", "-c:v flv -c:a libmp3lame -ar 44100", [pictures]),
        ])
    func readsApart(name: String, codecs: String, first: [UInt8]) throws {
        let space = try Workspace()
        let path = try Self.film(name, codecs, first: Set(first), in: space)
        // Neither track fits into this, so that it has to be read beside the other one.
        var limits = MediaLimits.default
        limits.patienceSeconds = 1
        limits.maxWaitingBytes = 150_000
        let lesson = try Lesson(path, in: space, limits: limits)
        #expect(lesson.result.plan.hasPrefix("video: \(codecs == Self.h264 ? "copy" : "transcode")"))
        #expect(lesson.result.plan.contains("audio: \(codecs == Self.h264 ? "copy" : "transcode")"))
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - 9) < 0.2)
        #expect(try lesson.pictureTimes().count == 90)
        // Each segment has the sound of its own pictures.
        for number in try lesson.segmentNames.indices {
            let (flashes, beeps) = try (
                FlashAndBeep.flashes(lesson.plain(number)), FlashAndBeep.beeps(lesson.plain(number))
            )
            #expect(flashes.count == beeps.count, "segment \(number): \(flashes) \(beeps)")
            #expect(zip(flashes, beeps).allSatisfy { abs($0 - $1) < 0.06 }, "\(flashes) \(beeps)")
        }
        #expect(try FlashAndBeep.flashes(lesson.joined()).count == 4)
    }

    private static let pause = ",aselect='lt(t,2)+gt(t,58)'"

    /// Pictures that fill the memory that there is in some seconds, and stand still for longer than that, with the sound or
    /// while it pauses, too.
    @Test(
        "Neither a picture that is held nor silence lies in memory until the other track comes",
        arguments: [
            ("clip.mkv", ""), ("clip.flv", ""), ("clip.ts", ""), ("clip.mkv", pause), ("clip.flv", pause),
        ])
    func longHold(name: String, sound: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            name,
            "-f lavfi -i testsrc2=s=320x240:r=10:d=60,noise=alls=60,select='lt(t,2)+gt(t,58)' -f lavfi "
                + "-i sine=r=44100:d=60\(sound) -fps_mode passthrough -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 10 "
                + "-bf 0 -c:a aac")
        var limits = MediaLimits.default
        limits.patienceSeconds = 2
        limits.maxWaitingBytes = 400_000
        let lesson = try Lesson(path, in: space, limits: limits)
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - 60) < 0.3)
        // Each segment has the sound of its own time: 1024 samples in a packet, and a few packets that lie across the cut.
        for (number, seconds) in try lesson.durations.enumerated().dropLast() {
            let count = try lesson.soundPackets(number)
            #expect(
                abs(Double(count) - seconds * 44_100 / 1024) < 25,
                "segment \(number): \(count) in \(seconds) s")
        }
    }

    /// The pictures are there, but the encoder has not come to them: much sound may wait meanwhile.
    @Test(
        "A picture that is shown for long holds no sound up",
        arguments: ["clip.mp4", "clip.mkv", "clip.flv"])
    func heldPicture(name: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            name,
            "-f lavfi -i testsrc=s=160x120:r=1/20:d=40 -f lavfi -i sine=f=300:r=44100:d=40 -pix_fmt yuv420p -c:v libx264 "
                + "-preset ultrafast -x264-params keyint=1:bframes=0 -c:a aac")
        var limits = MediaLimits.default
        limits.patienceSeconds = 2
        limits.maxWaitingBytes = 300_000
        let lesson = try Lesson(path, in: space, limits: limits)
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - 40) < 0.3)
        #expect(lesson.result.plan.contains("audio:"))
    }

    /// A film of nine seconds, with a flash and a beep in each other one, whose first picture or frame of sound stands first and
    /// whose tags of the kinds in `first` stand in front of the others.
    private static func film(
        _ name: String, _ codecs: String, first: Set<UInt8>, in space: Workspace
    ) throws -> String {
        _ = try space.clip(
            "source.flv",
            "-f lavfi -i color=black:s=160x120:r=10:d=9,drawbox=0:0:160:120:white:fill:enable='between(mod(t,2),1,1.3)',noise=alls=40 "
                + "-f lavfi -i aevalsrc='sin(2*PI*1000*t)*between(mod(t,2),1,1.3)':s=44100:d=9 \(codecs)")
        let bytes = [UInt8](try Data(contentsOf: space.file("source.flv")))
        var tags: [(kind: UInt8, bytes: ArraySlice<UInt8>)] = []
        var place = 13
        while place + 11 <= bytes.count {
            let size = bytes[place + 1..<place + 4].reduce(0) { $0 << 8 | Int($1) } + 15
            tags.append((bytes[place], bytes[place..<min(bytes.count, place + size)]))
            place += size
        }
        // The headers, and a picture and a frame of sound behind them.
        let head = tags.prefix(5)
        let rest = tags.dropFirst(5)
        let ordered =
            head + rest.filter { first.contains($0.kind) } + rest.filter { !first.contains($0.kind) }
        try Data(bytes[..<13] + ordered.flatMap(\.bytes)).write(to: space.file("clip.flv"))
        guard name != "clip.flv" else { return space.file(name).path }
        // As it comes: a writer that waits for no other track.
        return try space.clip(name, "-i clip.flv -c copy -max_interleave_delta 1")
    }
}
