import Crypto
import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Hostile and broken files")
struct HostileInputTests {
    private static let make =
        "-f lavfi -i testsrc2=s=320x240:r=25:d=4 -f lavfi -i sine=r=48000:d=4 -pix_fmt yuv420p -c:v libx264 "
        + "-preset ultrafast -g 25 -c:a aac"

    /// Converts; the error, or nil where a lesson came out that keeps all rules.
    private static func failure(
        _ path: String, _ space: Workspace, limits: MediaLimits = .default
    ) throws -> MediaError? {
        do {
            try Lesson(path, in: space, limits: limits).expectRules()
            return nil
        } catch let error as MediaError {
            return error
        }
    }

    @Test("Garbage behind good headers is the file's fault, and said so")
    func garbageMedia() throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", "\(Self.make) -movflags faststart")
        var data = try Data(contentsOf: space.file("clip.mp4"))
        let media = try #require(data.range(of: Data("mdat".utf8)))
        var generator = SeededRandom(seed: 1)
        for index in media.upperBound..<data.count { data[index] = generator.next() }
        try data.write(to: space.file("clip.mp4"))
        let error = try #require(try Self.failure(path, space))
        #expect(error.kind == .unsupported)
        #expect(error.message.contains("decoded"))
        #expect(error.detail?.isEmpty == false)
    }

    @Test("A file that lost its index, or has it at the end and lost that, is refused")
    func missingIndex() throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", Self.make)
        let data = try Data(contentsOf: space.file("clip.mp4"))
        #expect(try Self.failure(path, space) == nil)
        let index = try #require(data.range(of: Data("moov".utf8), options: .backwards))
        try data[..<(index.lowerBound - 4)].write(to: space.file("clip.mp4"))
        let error = try #require(try Self.failure(path, space))
        #expect(error.kind == .unsupported)
    }

    @Test(
        "Damage in the middle costs some pictures and not the lesson",
        arguments: ["clip.ts", "clip.mkv", "clip.avi"])
    func damagedMiddle(name: String) throws {
        let space = try Workspace()
        let make =
            name == "clip.avi"
            ? Self.make.replacingOccurrences(of: "libx264 -preset ultrafast", with: "mpeg4") : Self.make
        let path = try space.clip(name, make)
        var data = try Data(contentsOf: space.file(name))
        for index in data.count / 2..<data.count / 2 + 3000 {
            data[index] = UInt8(truncatingIfNeeded: index &* 7)
        }
        try data.write(to: space.file(name))
        // ffmpeg itself conceals what it can; only a clean end counts, whichever it is.
        do {
            let lesson = try Lesson(path, in: space)
            #expect(lesson.result.duration > 2)
        } catch let error as MediaError {
            #expect(error.kind == .unsupported)
        }
    }

    @Test("Any file cut anywhere ends cleanly")
    func cutAnywhere() throws {
        let space = try Workspace()
        for name in ["clip.mp4", "clip.mkv", "clip.ts", "clip.avi", "clip.flv", "clip.mov"] {
            let more = name == "clip.flv" ? "-ar 44100" : "-movflags faststart"
            _ = try space.clip(
                name,
                name == "clip.mp4" || name == "clip.mov" || name == "clip.flv"
                    ? "\(Self.make) \(more)" : Self.make)
            let data = try Data(contentsOf: space.file(name))
            for share in [1, 3, 10, 50, 90] {
                let path = space.file("cut-\(share)-\(name)").path
                try data.prefix(data.count * share / 100).write(to: URL(fileURLWithPath: path))
                do {
                    _ = try Lesson(path, in: space)
                } catch let error as MediaError {
                    #expect(error.kind == .unsupported, "\(name) \(share) %: \(error)")
                }
            }
        }
    }

    @Test(
        "Bytes flipped anywhere in the headers end cleanly", arguments: ["clip.mp4", "clip.mkv", "clip.avi"])
    func flippedHeaders(name: String) throws {
        let space = try Workspace()
        _ = try space.clip(name, name == "clip.mp4" ? "\(Self.make) -movflags faststart" : Self.make)
        let data = try Data(contentsOf: space.file(name))
        var state: UInt64 = 88_172_645_463_325_252
        func random(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        for _ in 0..<40 {
            var broken = data
            for _ in 0..<8 { broken[random(min(6000, data.count))] = UInt8(random(256)) }
            try broken.write(to: space.file("broken-\(name)"))
            do {
                _ = try Lesson(space.file("broken-\(name)").path, in: space)
            } catch let error as MediaError {
                #expect(error.kind == .unsupported, "\(error)")
            }
        }
    }

    @Test("A picture beyond the limit is refused before it is decoded, whatever the header says")
    func hugePicture() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mkv", "-f lavfi -i color=s=8192x8192:r=1:d=1 -c:v mjpeg -pix_fmt yuvj420p")
        let error = try #require(try Self.failure(path, space))
        #expect(error.kind == .unsupported)
        #expect(error.message.contains("too large") || error.message.contains("decoded"), "\(error)")
    }

    @Test("A video of a hundred hours is refused")
    func longVideo() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mkv",
            "-f lavfi -i color=s=16x16:r=1/3600:d=360000 -c:v mpeg4 -vsync passthrough -enc_time_base 1/10")
        let error = try #require(try Self.failure(path, space))
        #expect(error.kind == .unsupported)
        #expect(error.message.contains("hours"), "\(error)")
    }

    @Test("A duration that the header hides is found while reading")
    func hiddenDuration() throws {
        let space = try Workspace()
        let path = try space.clip("clip.mkv", Self.make)
        var limits = MediaLimits.default
        limits.maxDurationSeconds = 4.5
        #expect(try Self.failure(path, space, limits: limits) == nil)
        // As if the header had said less: only the packets tell.
        limits.maxDurationSeconds = 2
        let demuxer = try Demuxer(path, limits: .default, cancellation: Cancellation())
        var timeline = Timeline(demuxer, limits: limits)
        let packet = try Packet()
        let error = #expect(throws: MediaError.self) {
            while try demuxer.read(into: packet) {
                try timeline.admit(packet, timeBase: demuxer.streams[packet.streamIndex].timeBase)
            }
        }
        #expect(error?.kind == .unsupported)
    }

    @Test("One damaged time in the middle does not make a lesson of hours")
    func damagedTime() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.flv",
            "-f lavfi -i testsrc2=s=160x120:r=25:d=4 -f lavfi -i sine=r=44100:d=4 -c:v flv -c:a libmp3lame")
        var data = try Data(contentsOf: space.file("clip.flv"))
        // An FLV tag of sound: type 8, three bytes of size, three of time in milliseconds, one of its upper bits.
        var tag = 13
        var sounds = 0
        while tag + 11 < data.count {
            sounds += data[tag] == 8 ? 1 : 0
            if sounds == 80 { break }
            tag += 15 + Int(data[tag + 1]) << 16 + Int(data[tag + 2]) << 8 + Int(data[tag + 3])
        }
        data[tag + 4] = 0xF0
        try data.write(to: space.file("clip.flv"))
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(abs(lesson.result.duration - 4) < 0.5)
    }

    @Test("A lesson that grows beyond its limit stops")
    func largeOutput() throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", Self.make)
        var limits = MediaLimits.default
        limits.maxOutputBytes = 20_000
        let error = try #require(try Self.failure(path, space, limits: limits))
        #expect(error.kind == .unsupported && error.message.contains("too large"))
    }

    @Test("Pictures that all belong to one instant end the conversion, not its time limit")
    func oneInstant() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mkv",
            "-f lavfi -i testsrc2=s=160x120:r=25:d=8 -c:v mpeg4 -bf 0 -bsf:v setts=ts=0")
        var limits = MediaLimits.default
        limits.maxPacketsWithoutProgress = 100
        let error = try #require(try Self.failure(path, space, limits: limits))
        #expect(error.kind == .unsupported && error.message.contains("do not move on"), "\(error)")
    }

    @Test("Pictures that belong to no instant end the conversion, not its time limit")
    func noInstant() throws {
        let space = try Workspace()
        _ = try space.clip(
            "source.mp4",
            "-f lavfi -i testsrc2=s=64x48:r=25:d=12 -f lavfi -i sine=r=48000:d=12 -pix_fmt yuv420p -c:v libx264 "
                + "-preset ultrafast -g 25 -bf 2 -c:a aac")
        // Matroska tells libav no times below zero.
        let path = try space.clip(
            "clip.mkv",
            "-itsoffset -12 -i source.mp4 -i source.mp4 -map 0:v -map 1:a -c copy -avoid_negative_ts disabled "
                + "-copyts")
        var limits = MediaLimits.default
        limits.maxPacketsWithoutProgress = 100
        let error = try #require(try Self.failure(path, space, limits: limits))
        #expect(error.kind == .unsupported && error.message.contains("do not move on"), "\(error)")
    }

    @Test("Packets that nothing comes of end the conversion once there are too many")
    func fruitlessPackets() throws {
        let space = try Workspace()
        let path = try space.clip("clip.mov", "-f lavfi -i testsrc2=s=64x48:r=25:d=4 -c:v prores_ks")
        var data = try Data(contentsOf: space.file("clip.mov"))
        // Each ProRes picture begins with its name.
        let signature = Data("icpf".utf8)
        var place = data.startIndex
        var pictures = 0
        while let next = data.range(of: signature, in: place..<data.endIndex) {
            pictures += 1
            if pictures > 20 { data[next.lowerBound] = 0 }
            place = next.upperBound
        }
        try #require(pictures >= 100)
        try data.write(to: space.file("clip.mov"))
        var limits = MediaLimits.default
        limits.maxPacketsWithoutProgress = 200
        #expect(try Self.failure(path, space, limits: limits) == nil)
        limits.maxPacketsWithoutProgress = 30
        let error = try #require(try Self.failure(path, space, limits: limits))
        #expect(error.kind == .unsupported && error.message.contains("nothing in it can be decoded"))
        #expect(error.detail?.isEmpty == false)
    }

    @Test("Streams beyond the limit are not even looked at")
    func manyStreams() throws {
        let space = try Workspace()
        let maps = String(repeating: "-map 1 ", count: 20)
        let path = try space.clip("clip.ts", "\(Self.make) -map 0 \(maps)")
        var limits = MediaLimits.default
        limits.maxStreams = 8
        #expect(try Probe.examine(path).ignored.count == 19)
        #expect(try Probe.examine(path, limits: limits).ignored.count == 6)
    }

    @Test("A deadline stops a long re-encoding within a moment")
    func deadline() throws {
        let space = try Workspace()
        let path = try space.clip("clip.mkv", "-f lavfi -i testsrc2=s=1280x720:r=30:d=30 -c:v mpeg4 -q:v 5")
        let start = ContinuousClock.now
        let error = #expect(throws: MediaError.self) {
            try HLSConverter(options: ConversionOptions(preset: "slower")).convert(
                path, into: space.url.path, key: ContentKey.random(),
                cancellation: Cancellation(deadline: .milliseconds(500))
            ) { _ in }
        }
        #expect(error?.kind == .deadline)
        #expect(ContinuousClock.now - start < .seconds(10))
    }
}
