import Crypto
import Domain
import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite struct RenditionsTests {
    /// What a film is made of, and whether its first rendition is a copy.
    struct Film: Sendable, CustomTestStringConvertible {
        let name: String
        let arguments: String
        let isCopy: Bool
        var testDescription: String { name }

        init(_ name: String, _ arguments: String, isCopy: Bool = false) {
            self.name = name
            self.arguments = arguments
            self.isCopy = isCopy
        }
    }

    private static let picture = "-f lavfi -i testsrc2=s=320x180:r=30:d=7"
    private static let sound = "-f lavfi -i sine=r=48000:d=7"
    private static let h264 = "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 30 -crf 18"
    static let films = [
        Film("copyable.mp4", "\(picture) \(sound) \(h264) -bf 2 -c:a aac -ac 2", isCopy: true),
        Film("mono.mp4", "\(picture) \(sound) \(h264) -c:a aac -ac 1 -b:a 32k", isCopy: true),
        Film("silent.mp4", "\(picture) \(h264)", isCopy: true),
        Film(
            "upright.mp4",
            "-f lavfi -i testsrc2=s=180x320:r=30:d=7 -f lavfi -i sine=r=44100:d=7 \(h264) -c:a aac",
            isCopy: true),
        Film("fast.mp4", "-f lavfi -i testsrc2=s=320x180:r=60:d=5 \(h264)", isCopy: true),
        Film("short.mp4", "-f lavfi -i testsrc2=s=320x180:r=30:d=2 \(h264)", isCopy: true),
        Film(
            "hevc.mp4",
            "\(picture) \(sound) -c:v libx265 -preset ultrafast -x265-params log-level=error:bframes=3 -c:a aac"
        ),
        Film("vp9.webm", "\(picture) \(sound) -c:v libvpx-vp9 -cpu-used 8 -deadline realtime -c:a libopus"),
        Film("surround.mkv", "\(picture) \(sound) -c:v mpeg4 -q:v 3 -c:a ac3 -ac 6"),
        Film(
            "variable.mkv",
            "\(picture) \(sound) -vf select=not(mod(n\\,7)*mod(n\\,3)) -fps_mode vfr -c:v mpeg4 -q:v 3"),
    ]

    @Test(arguments: films)
    func `Every rendition is cut at the first one's instants, plays, and says what it is`(film: Film) throws {
        let space = try Workspace()
        let path = try space.clip(film.name, film.arguments)
        let renditions = try Renditions(path, in: space)
        #expect(renditions.lesson.result.rendition.isCopy == film.isCopy)
        #expect(!renditions.made.isEmpty)
        for rendition in renditions.made { try expectAligned(rendition, renditions) }
        for rendition in renditions.result.renditions { try expectFacts(rendition, renditions) }
    }

    /// Irregular IDR pictures, at a rate that varies: nothing but the copy's own cuts may decide.
    @Test func `Below a copy with irregular IDR pictures the cuts are equal to the tick`() throws {
        let space = try Workspace()
        let path = try space.clip(
            "irregular.mp4",
            "\(Self.picture) \(Self.sound) -vf select=not(mod(n\\,7)*mod(n\\,2)) -fps_mode vfr -pix_fmt yuv420p"
                + " -c:v libx264 -preset ultrafast -bf 3 -g 600 -force_key_frames 0.9,1.7,2.9,4.3,5.2 -crf 18"
                + " -video_track_timescale 11988 -c:a aac")
        let renditions = try Renditions(path, in: space)
        #expect(renditions.lesson.result.rendition.isCopy)
        #expect(try renditions.segments(.first).count > 2)
        for rendition in renditions.made { try expectAligned(rendition, renditions) }
    }

    @Test(arguments: [films[0], films[6]])
    func `Where the original is gone, the first rendition's segments do`(film: Film) throws {
        let space = try Workspace()
        let path = try space.clip(film.name, film.arguments)
        let renditions = try Renditions(path, in: space, fromSegments: true)
        #expect(!renditions.made.isEmpty)
        for rendition in renditions.made { try expectAligned(rendition, renditions) }
        for rendition in renditions.result.renditions { try expectFacts(rendition, renditions) }
    }

    private func expectAligned(_ rendition: Rendition, _ all: Renditions) throws {
        let (own, first) = (try all.playlist(rendition.name), try all.playlist(.first))
        func durations(_ playlist: String) -> [Substring] {
            playlist.split(separator: "\n").filter {
                $0.hasPrefix("#EXTINF:") || $0.hasPrefix("#EXT-X-TARGETDURATION:")
            }
        }
        #expect(durations(own) == durations(first))
        #expect(own.contains("URI=\"enc-\(rendition.name).key\""))
        let names = try all.segments(rendition.name)
        #expect(names == names.indices.map { String(format: "\(rendition.name)_%03d.ts", $0) })
        for number in names.indices {
            let pictures = try all.times(rendition.name, number, "v")
            let firstPictures = try all.times(.first, number, "v")
            #expect(pictures.first == firstPictures.first, "\(rendition.name), segment \(number)")
            let sounds = try all.times(rendition.name, number, "a")
            let firstSounds = try all.times(.first, number, "a")
            #expect(sounds.count == firstSounds.count, "\(rendition.name), segment \(number)")
            // Of packets within a PES packet ffprobe reckons the times; 44.1 kHz has no whole ticks.
            let slack = rendition == all.result.renditions.last ? 2 : 0
            let apart = zip(sounds, firstSounds).map { abs($0 - $1) }.max() ?? 0
            #expect(apart <= slack, "\(rendition.name), segment \(number)")
        }
    }

    private func expectFacts(_ rendition: Rendition, _ all: Renditions) throws {
        let file = try all.joined(rendition.name)
        let decoded = try Command.run(["ffmpeg", "-v", "warning", "-i", file.path, "-f", "null", "-"])
        #expect(decoded.standardError == "", "\(rendition.name)")
        let video = try Command.ffprobe(
            "stream=codec_name,profile,width,height,pix_fmt", file, ["-select_streams", "v"])
        #expect(video.hasPrefix("h264,"))
        #expect(video.contains(",\(rendition.width),\(rendition.height),yuv420p"))
        let level = try #require(
            Int(try Command.ffprobe("stream=level", file, ["-select_streams", "v"])))
        let codec = rendition.codecs.split(separator: ",")[0]
        #expect(codec.suffix(2).lowercased() == String(format: "%02x", level))
        #expect(level <= 31)
        let count = try Command.ffprobe(
            "stream=nb_read_frames", file, ["-select_streams", "v", "-count_frames"])
        let rate = Double(try #require(Int(count))) / all.result.duration
        #expect(abs(rate - rendition.frameRate) < 0.02 * rate)
        let channels = try Command.ffprobe("stream=channels", file, ["-select_streams", "a"])
        #expect(rendition.codecs.contains("mp4a.40.2") == (channels != ""))
        try expectRates(rendition, all)
    }

    private func expectRates(_ rendition: Rendition, _ all: Renditions) throws {
        let seconds = try all.playlist(rendition.name).split(separator: "\n").filter {
            $0.hasPrefix("#EXTINF:")
        }
        .compactMap { Double($0.dropFirst(8).dropLast()) }
        let sizes = try all.segments(rendition.name).map {
            try Data(contentsOf: all.folder(rendition.name).appendingPathComponent($0)).count
        }
        let rates = zip(sizes, seconds).map { Double(8 * $0) / $1 }
        let average = Double(8 * sizes.reduce(0, +)) / seconds.reduce(0, +)
        #expect(abs(Double(rendition.averageBandwidth) - average) <= 1)
        #expect(abs(Double(rendition.bandwidth) - (rates.max() ?? 0)) <= 1)
    }

    @Test func `The lowest has one channel, few pictures, and fits a line of 160 kbit/s`() throws {
        let space = try Workspace()
        let path = try space.clip(Self.films[0].name, Self.films[0].arguments)
        let renditions = try Renditions(path, in: space)
        let lowest = try #require(renditions.result.renditions.last)
        #expect(lowest.averageBandwidth <= 160_000)
        #expect(lowest.height == 80 && lowest.frameRate < 16)
        let file = try renditions.joined(lowest.name)
        #expect(try Command.ffprobe("stream=channels", file, ["-select_streams", "a"]) == "1")
    }

    @Test func `What an attempt before has made whole is not made again`() throws {
        let space = try Workspace()
        let path = try space.clip(Self.films[0].name, Self.films[0].arguments)
        let renditions = try Renditions(path, in: space)
        let kept = try #require(renditions.made.first)
        let lost = try #require(renditions.made.last)
        try #require(kept.name != lost.name)
        let segment = renditions.directory.appendingPathComponent(kept.name.segment(0))
        let before = try FileManager.default.attributesOfItem(atPath: segment.path)[.systemFileNumber] as? Int
        try FileManager.default.removeItem(
            at: renditions.directory.appendingPathComponent(lost.name.playlist))
        let mark = try Data(contentsOf: segment)
        let (again, _) = try Renditions.make(renditions.order)
        #expect(again.renditions.dropLast() == renditions.result.renditions.dropLast())
        #expect(again.renditions.map(\.name) == renditions.result.renditions.map(\.name))
        let after = try FileManager.default.attributesOfItem(atPath: segment.path)[.systemFileNumber] as? Int
        #expect(before == after)
        #expect(try Data(contentsOf: segment) == mark)
    }

    @Test(arguments: ["truncated", "other key", "other playlist"])
    func `What an attempt before has left damaged is made again`(damage: String) throws {
        let space = try Workspace()
        let path = try space.clip(Self.films[5].name, Self.films[5].arguments)
        let renditions = try Renditions(path, in: space)
        let name = try #require(renditions.made.first).name
        var order = renditions.order
        let segment = renditions.directory.appendingPathComponent(name.segment(0))
        let good = try Data(contentsOf: segment)
        switch damage {
        case "truncated": try good.dropLast(188 * 16).write(to: segment)
        case "other key": order.keys[name] = .random()
        default:
            let playlist = renditions.directory.appendingPathComponent(name.playlist)
            try Data("#EXTM3U\n".utf8).write(to: playlist)
        }
        let (again, _) = try Renditions.make(order)
        #expect(again.renditions.map(\.name) == renditions.result.renditions.map(\.name))
        if damage != "other playlist" { #expect(try Data(contentsOf: segment) != good.dropLast(188 * 16)) }
    }

    @Test func `A copy above the highest rate gives way to an encoded one`() throws {
        let space = try Workspace()
        let path = try space.clip(Self.films[0].name, Self.films[0].arguments)
        let ladder = Ladder(rungs: Renditions.ladder.rungs, maxBitrate: 500_000)
        // The fastest preset does not look ahead, and keeps to no rate.
        let options = ConversionOptions(segmentSeconds: 2, preset: "veryfast")
        let renditions = try Renditions(path, in: space, ladder: ladder, options: options)
        let best = try #require(renditions.result.renditions.first)
        #expect(renditions.result.firstGivesWay)
        #expect(best.name != .first && best.height == 180)
        #expect(best.averageBandwidth <= 500_000)
        for rendition in renditions.made { try expectAligned(rendition, renditions) }
    }

    @Test func `Slides keep their size, and lose pictures`() throws {
        let space = try Workspace()
        let path = try space.clip(
            "slides.mp4",
            "-f lavfi -i testsrc=s=640x360:r=1/4:d=12 -f lavfi -i sine=r=48000:d=12 -vf fps=25 -pix_fmt yuv420p -c:v libx264"
                + " -preset veryfast -g 50 -crf 14 -c:a aac -b:a 128k")
        let renditions = try Renditions(path, in: space)
        let lowest = try #require(renditions.made.last, "\(renditions.result.plan)")
        #expect(lowest.width == 640 && lowest.height == 360)
        #expect(lowest.frameRate < 7)
        for rendition in renditions.made { try expectAligned(rendition, renditions) }
    }

    @Test func `Work that is cancelled, or late, ends with a reason and without threads`() throws {
        let space = try Workspace()
        let path = try space.clip(Self.films[5].name, Self.films[5].arguments)
        let renditions = try Renditions(path, in: space)
        for name in renditions.made.map(\.name) {
            try FileManager.default.removeItem(at: renditions.directory.appendingPathComponent(name.playlist))
        }
        let cancelled = Cancellation()
        cancelled.cancel()
        let one = #expect(throws: MediaError.self) {
            _ = try Renditions.make(renditions.order, cancellation: cancelled)
        }
        #expect(one?.kind == .cancelled)
        let late = Cancellation(deadline: .zero)
        let other = #expect(throws: MediaError.self) {
            _ = try Renditions.make(renditions.order, cancellation: late)
        }
        #expect(other?.kind == .deadline)
    }
}
