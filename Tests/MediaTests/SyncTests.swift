import Foundation
import Testing

@testable import Media

@Suite("Picture and sound")
struct SyncTests {
    /// Seconds of the long clips; an hour of them takes eight minutes: `FOCUST_SYNC_SECONDS=3600`.
    private static let length =
        ProcessInfo.processInfo.environment["FOCUST_SYNC_SECONDS"].flatMap { Int($0) } ?? 240

    /// A white picture and a beep in the second second, and in the last but two.
    private static func marks(_ time: String = "t") -> String {
        "lt(mod(\(time)+\(length - 6)\\,\(length - 4))\\,0.2)"
    }

    @Test("Flashes and beeps stay together from the first to the last")
    func keepsSync() throws {
        let space = try Workspace()
        let make =
            "-f lavfi -i color=black:s=64x48:r=25:d=32,drawbox=0:0:64:48:white:fill:enable=lt(mod(t+26\\,28)\\,0.2) "
            + "-f lavfi -i aevalsrc=sin(2*PI*1000*t)*lt(mod(t+26\\,28)\\,0.2):s=44100:d=32 "
        let inputs = [
            ("clip.mkv", "-c:v mpeg4 -q:v 4 -c:a libmp3lame"),
            ("clip.mp4", "-c:v libx264 -g 50 -c:a aac -bf 2"),
            ("clip.wmv", "-c:v wmv2 -q:v 4 -c:a wmav2"),
            ("clip.webm", "-c:v libvpx -deadline realtime -c:a libopus"),
            ("mixed.mkv", "-c:v libx264 -g 50 -pix_fmt yuv420p -c:a libopus"),
        ]
        for (name, codecs) in inputs {
            let path = try space.clip(name, make + "-pix_fmt yuv420p " + codecs)
            let lesson = try Lesson(path, in: space)
            let file = try lesson.joined()
            let flashes = try FlashAndBeep.flashes(file)
            let beeps = try FlashAndBeep.beeps(file)
            try #require(flashes.count == 2 && beeps.count == 2, "\(name): \(flashes) \(beeps)")
            let source = zip(
                try FlashAndBeep.flashes(space.file(name)), try FlashAndBeep.beeps(space.file(name))
            ).map {
                $1 - $0
            }
            let result = zip(flashes, beeps).map { $1 - $0 }
            try #require(source.count == 2, "\(name)")
            for (before, after) in zip(source, result) {
                #expect(abs(after - before) < 0.02, "\(name): \(source) \(result)")
            }
        }
    }

    @Test("Sound whose clock runs at another speed than the pictures' stays with them to the end")
    func correctsDrift() throws {
        let space = try Workspace()
        // A thousand parts in a million: a quarter of a second in four minutes, 3.6 in an hour.
        let path = try space.clip(
            "clip.mkv",
            "-f lavfi -i color=black:s=64x48:r=25:d=\(Self.length),drawbox=0:0:64:48:white:fill:enable=\(Self.marks()) "
                + "-f lavfi -i aevalsrc=sin(2*PI*1000*t)*\(Self.marks("t*1.001")):s=48000:d=\(Self.length),"
                + "asetpts=PTS*1.001 -c:v mpeg4 -q:v 8 -c:a pcm_s16le")
        try Self.expectTogether(path, in: space, mayDiffer: 0.02)
    }

    @Test("What is copied is together at the end as at the start")
    func copiesLong() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4",
            "-f lavfi -i color=black:s=64x48:r=5:d=\(Self.length),drawbox=0:0:64:48:white:fill:enable=\(Self.marks()) "
                + "-f lavfi -i aevalsrc=sin(2*PI*1000*t)*\(Self.marks()):s=24000:d=\(Self.length) "
                + "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 10 -c:a aac")
        try Self.expectTogether(path, in: space, mayDiffer: 0.02)
    }

    /// Both marks are where the clip was made to have them, and as far from each other as in the source.
    private static func expectTogether(_ path: String, in space: Workspace, mayDiffer limit: Double) throws {
        let lesson = try Lesson(path, in: space)
        let (flashes, beeps) = try (
            FlashAndBeep.flashes(lesson.joined()), FlashAndBeep.beeps(lesson.joined())
        )
        try #require(flashes.count == 2 && beeps.count == 2, "\(flashes) \(beeps)")
        #expect(abs(flashes[1] - flashes[0] - Double(length - 4)) < 0.01)
        for (flash, beep) in zip(flashes, beeps) {
            #expect(abs(beep - flash) < limit, "flashes \(flashes), beeps \(beeps)")
        }
    }
}
