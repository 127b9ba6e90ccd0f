import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Damage in what would be copied")
struct DamagedCopyTests {
    /// Eight groups of a second each.
    private static let film =
        "-f lavfi -i testsrc2=s=160x120:r=25:d=8 -f lavfi -i sine=r=48000:d=8 -pix_fmt yuv420p -c:v libx264 "
        + "-preset ultrafast -g 25 -c:a aac"

    /// Expects a lesson that a player shows without a word of complaint, though not a copy of that track.
    private static func expectRepaired(
        _ path: String, _ track: String, in space: Workspace, _ location: SourceLocation = #_sourceLocation
    ) throws {
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules(location)
        #expect(
            lesson.result.plan.contains("\(track): transcode"), "\(lesson.result.plan)",
            sourceLocation: location)
        #expect(lesson.result.duration > 7.8, sourceLocation: location)
    }

    private struct Sample {
        let place: Int
        let size: Int
        let isKey: Bool
    }

    /// Where the packets of a stream of an MP4 lie, as ffprobe has it.
    private static func samples(_ file: URL, _ stream: String) throws -> [Sample] {
        let text = try Command.run([
            "ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "packet=pos,size,flags",
            "-of",
            "csv=p=0", file.path,
        ]).text
        return text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: ",")
            guard parts.count >= 3, let size = Int(parts[0]), let place = Int(parts[1]) else { return nil }
            return Sample(place: place, size: size, isKey: parts[2].contains("K"))
        }
    }

    @Test(
        "An undamaged film is copied, in every container",
        arguments: ["film.mp4", "film.mov", "film.mkv", "film.ts", "film.flv"])
    func undamaged(name: String) throws {
        let space = try Workspace()
        let path = try space.clip(name, Self.film + (name == "film.flv" ? " -ar 44100" : ""))
        let plan = try Lesson(path, in: space).result.plan
        #expect(plan.contains("video: copy") && plan.contains("audio: copy"), "\(plan)")
    }

    @Test(
        "One group of pictures whose slices were overwritten is re-encoded, wherever it lies",
        arguments: [0, 1, 4, 7])
    func overwrittenSlices(group: Int) throws {
        let space = try Workspace()
        let path = try space.clip("film.mp4", Self.film)
        let samples = try Self.samples(space.file("film.mp4"), "v:0")
        try space.patch("film.mp4") { data in
            var state: UInt32 = 12345
            for sample in samples[group * 25..<group * 25 + 25] {
                // Lengths and heads stay as they were, so that only a decoder sees it.
                for place in sample.place + (sample.isKey ? 700 : 24)..<sample.place + sample.size - 8
                where sample.size > 800 || !sample.isKey {
                    state = state &* 1_664_525 &+ 1_013_904_223
                    data[place] = UInt8(state >> 24) | 1
                }
            }
        }
        try Self.expectRepaired(path, "video", in: space)
    }

    @Test("Without any sample of its own, the picture that becomes the poster is one")
    func posterIsASample() throws {
        let space = try Workspace()
        let path = try space.clip("film.mp4", Self.film)
        var limits = MediaLimits.default
        limits.pictureCheckShare = 0
        #expect(try Lesson(path, in: space, limits: limits).result.plan.hasPrefix("video: copy"))
        let samples = try Self.samples(space.file("film.mp4"), "v:0")
        try space.patch("film.mp4") { data in
            // The poster is the key picture before the middle.
            for place in samples[100].place + 700..<samples[100].place + samples[100].size - 8 {
                data[place] = UInt8(truncatingIfNeeded: place &* 37) | 1
            }
        }
        let lesson = try Lesson(path, in: space, limits: limits)
        try lesson.expectRules()
        #expect(lesson.result.plan.hasPrefix("video: transcode"), "\(lesson.result.plan)")
        #expect(lesson.result.posterFailure == nil)
    }

    @Test("A hole in the media is found, a packet or a block wide", arguments: [0, 12], [false, true])
    func hole(picture: Int, isWhole: Bool) throws {
        let space = try Workspace()
        let path = try space.clip("film.mp4", Self.film.replacingOccurrences(of: "160x120", with: "640x480"))
        let samples = try Self.samples(space.file("film.mp4"), "v:0").enumerated().filter {
            $0.offset / 25 == 3
        }
        try space.patch("film.mp4") { data in
            let sample = samples[picture].element
            let block =
                isWhole ? 0..<sample.size : sample.size / 2..<sample.size / 2 + min(400, sample.size / 4)
            for place in block { data[sample.place + place] = 0 }
        }
        try Self.expectRepaired(path, "video", in: space)
    }

    @Test("A group that is all zeros is re-encoded, and its time is not lost")
    func zeroedGroup() throws {
        let space = try Workspace()
        let path = try space.clip("film.mp4", Self.film)
        let samples = try Self.samples(space.file("film.mp4"), "v:0")
        try space.patch("film.mp4") { data in
            for sample in samples[100..<125] {
                for place in 0..<sample.size { data[sample.place + place] = 0 }
            }
        }
        try Self.expectRepaired(path, "video", in: space)
    }

    @Test(
        "Noise in some pictures of other containers is not copied",
        arguments: ["film.mkv", "film.ts", "film.mov", "frag.mp4"])
    func noise(name: String) throws {
        let space = try Workspace()
        _ = try space.clip("clean.mp4", Self.film)
        let fragments = name == "frag.mp4" ? "-movflags frag_keyframe+empty_moov" : ""
        let path = try space.clip(
            name,
            "-i clean.mp4 -map 0 -c copy -bsf:v noise=amount=if(between(n\\,50\\,74)\\,97\\,0):drop=0 \(fragments)"
        )
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.plan.contains("video: transcode"), "\(lesson.result.plan)")
    }

    @Test("Damaged sound is re-encoded, and the pictures are copied all the same", arguments: [0, 150, 340])
    func sound(first: Int) throws {
        let space = try Workspace()
        let path = try space.clip("film.mp4", Self.film)
        let samples = try Self.samples(space.file("film.mp4"), "a:0")
        try space.patch("film.mp4") { data in
            var state: UInt32 = 99
            for sample in samples[first..<first + 20] {
                for place in 0..<sample.size {
                    state = state &* 1_664_525 &+ 1_013_904_223
                    data[sample.place + place] = UInt8(state >> 24)
                }
            }
        }
        try Self.expectRepaired(path, "audio", in: space)
        #expect(try Lesson(path, in: space).result.plan.hasPrefix("video: copy"))
    }

    @Test("A film of which nothing can be decoded is refused", arguments: ["film.mp4", "film.mkv"])
    func nothingLeft(name: String) throws {
        let space = try Workspace()
        _ = try space.clip("clean.mp4", Self.film)
        let path = try space.clip(name, "-i clean.mp4 -map 0 -c copy -bsf:v noise=amount=2:drop=0")
        let error = #expect(throws: MediaError.self) { try Lesson(path, in: space) }
        #expect(error?.kind == .unsupported)
    }

    @Test(
        "How a frame of AAC ends is told from how it does not",
        arguments: [
            ([0x21, 0x07], true), ([0x21, 0xE0], true), ([0x03, 0x80], true), ([0x21, 0x0E], true),
            ([0x01, 0x80], false),
            ([0x21, 0x00], false), ([0x21, 0x06], false), ([0x07], false), ([], false),
        ] as [([UInt8], Bool)])
    func frameEnds(bytes: [UInt8], isEnd: Bool) {
        #expect(bytes.withUnsafeBytes { SoundCheck.endsAsFrame($0) } == isEnd)
    }

    @Test(
        "A picture's units are judged without decoding",
        arguments: [
            ([0, 0, 0, 6, 0x65, 0x88, 0x84, 0, 0x10, 0xFF], nil, true),
            ([0, 0, 0, 6, 0x41, 0x9A, 0x24, 0x6C, 0x41, 0x4F], nil, false),
            ([0, 0, 0, 6, 0x65, 0x9A, 0x24, 0x6C, 0x41, 0x4F], "a slice of no known kind", true),
            ([0, 0, 0, 6, 0xE5, 0x88, 0x84, 0, 0x10, 0xFF], "a unit of no known kind", false),
            ([0, 0, 0, 6, 0x7C, 0x88, 0x84, 0, 0x10, 0xFF], "a unit of no known kind", false),
            ([0, 0, 0, 9, 0x65, 0x88, 0x84, 0, 0x10, 0xFF], "a unit that leads beyond its packet", false),
            ([0, 0, 0, 0, 0, 0, 0, 0], "a unit without contents", false),
            ([0, 0, 0, 2, 0x09, 0xF0], "a packet without a picture", false),
        ] as [([UInt8], String?, Bool)])
    func units(bytes: [UInt8], fault: String?, isIDR: Bool) {
        let units = bytes.withUnsafeBytes { PictureUnits($0, lengthSize: 4) }
        #expect(units.fault == fault)
        #expect(fault != nil || units.isIDR == isIDR)
        guard fault == nil || fault == "a slice of no known kind", bytes[3] == 6 else { return }
        let withStartCode = [0, 0, 0, 1] + bytes[4...] + [0, 0, 0, 0]
        let same = withStartCode.withUnsafeBytes { PictureUnits($0, lengthSize: nil) }
        #expect(same.fault == fault)
    }
}
