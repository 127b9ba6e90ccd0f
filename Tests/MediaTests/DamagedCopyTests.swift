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
        #expect(
            abs(lesson.result.duration - 8) < 0.2, "\(lesson.result.duration) s", sourceLocation: location)
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

    /// Changes what the slices of one picture hold, so that only a decoder sees it.
    private static func damage(_ sample: Sample, in data: inout Data) {
        for place in sample.place + 900..<sample.place + sample.size - 8 {
            data[place] = UInt8(truncatingIfNeeded: place &* 37) | 1
        }
    }

    @Test(
        "A picture of the first, a middle and the last segment is decoded, however large it is",
        arguments: [
            ("film.mp4", nil), ("film.mp4", 0), ("film.mp4", 2), ("film.mp4", 4), ("film.ts", nil),
            ("film.ts", 2),
        ] as [(String, Int?)])
    func largePictures(name: String, segment: Int?) throws {
        let space = try Workspace()
        let path = try space.clip(
            "film.mp4",
            "-f lavfi -i testsrc2=s=1280x720:r=2:d=10,noise=alls=60 -pix_fmt yuv420p -c:v libx264 "
                + "-preset ultrafast -crf 18 -g 4 -bf 0")
        let samples = try Self.samples(space.file("film.mp4"), "v:0")
        // One alone costs more than what such a small film earns.
        try #require(samples.count == 20 && samples.allSatisfy { !$0.isKey || $0.size > 300_000 })
        try space.patch("film.mp4") { data in
            if let segment { Self.damage(samples[segment * 4], in: &data) }
        }
        let film = name == "film.mp4" ? path : try space.clip(name, "-i film.mp4 -c copy")
        let lesson = try Lesson(film, in: space)
        #expect(lesson.result.plan.hasPrefix(segment == nil ? "video: copy" : "video: transcode"))
        #expect(lesson.result.segments == 5 && lesson.result.duration == 10)
    }

    @Test("A damaged picture is no poster, and does not end a copy that has been made")
    func damagedPoster() throws {
        let space = try Workspace()
        let bright = "drawbox=c=white@0.6:t=fill:enable=between(t\\,3.9\\,4.99)"
        let path = try space.clip("film.mp4", "\(Self.film) -vf \(bright)")
        var limits = MediaLimits.default
        limits.pictureCheckShare = 0
        let whole = try Self.brightnessOfPoster(Lesson(path, in: space, limits: limits))
        let samples = try Self.samples(space.file("film.mp4"), "v:0")
        // The poster is the key picture before the middle.
        try space.patch("film.mp4") { data in Self.damage(samples[100], in: &data) }
        let lesson = try Lesson(path, in: space, limits: limits)
        #expect(lesson.result.plan.hasPrefix("video: copy"), "\(lesson.result.plan)")
        let other = try Self.brightnessOfPoster(lesson)
        #expect(whole > 170 && other < 150, "\(whole), \(other)")
    }

    private static func brightnessOfPoster(_ lesson: Lesson) throws -> Int {
        let poster = lesson.directory.appendingPathComponent(Poster.fileName).path
        let raw = try Command.run([
            "ffmpeg", "-v", "error", "-i", poster, "-pix_fmt", "gray", "-f", "rawvideo", "-",
        ]).standardOutput
        return raw.reduce(0) { $0 + Int($1) } / max(1, raw.count)
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

    @Test("A picture whose end was left out, with zeros in its place, is not copied", arguments: [2, 30])
    func missingEnd(picture: Int) throws {
        let space = try Workspace()
        let path = try space.clip("film.mp4", Self.film)
        let sample = try Self.samples(space.file("film.mp4"), "v:0")[picture]
        try space.patch("film.mp4") { data in
            // One slice, which says to be four bytes shorter.
            let length = MovieBoxes.number([UInt8](data[sample.place..<sample.place + 4]), 0)
            try #require(length == sample.size - 4)
            data.replaceSubrange(
                sample.place..<sample.place + 4, with: MovieBoxes.number(sample.size - 8))
            for place in sample.size - 4..<sample.size { data[sample.place + place] = 0 }
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
            ([0, 0, 0, 6, 0xE5, 0x88, 0x84, 0, 0x10, 0xFF], "a slice of no known kind", true),
            ([0, 0, 0, 6, 0x65, 0x00, 0x00, 0x03, 0, 0], "a slice of no known kind", true),
            ([0, 0, 0, 6, 0x7C, 0x88, 0x84, 0, 0x10, 0xFF], "a packet without a picture", false),
            ([0, 0, 0, 9, 0x65, 0x88, 0x84, 0, 0x10, 0xFF], "a unit that leads beyond its packet", false),
            ([0, 0, 0, 0, 0, 0, 0, 0], "an empty unit", false),
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

    /// One unit, with its length in front or a start code.
    private static func unit(_ head: [UInt8], filledWith byte: UInt8 = 0x55, hasLength: Bool) -> [UInt8] {
        let unit = head + [UInt8](repeating: byte, count: 600) + [0x80]
        return (hasLength ? [0, 0, UInt8(unit.count >> 8), UInt8(unit.count & 0xFF)] : [0, 0, 0, 1]) + unit
    }

    @Test(
        "What stands beside the slices of a picture speaks against no copy, a hole in a slice does",
        arguments: [true, false])
    func besideSlices(hasLength: Bool) {
        let slice = Self.unit([0x65, 0x88, 0x84], hasLength: hasLength)
        let empty = hasLength ? [0, 0, 0, 0] : [0, 0, 1] as [UInt8]
        func fault(_ parts: [UInt8]...) -> String? {
            parts.flatMap(\.self).withUnsafeBytes {
                let units = PictureUnits($0, lengthSize: hasLength ? 4 : nil)
                return units.fault ?? (units.isIDR ? nil : "no IDR picture")
            }
        }
        // A message, filler, a prefix, an extension, kinds of no standard, one with a forbidden bit.
        for header: UInt8 in [0x06, 0x0C, 0x0E, 0x74, 0x60, 0x7E, 0x86] {
            for byte: UInt8 in [0x55, 0xFF, 0] {
                let other = Self.unit([header, 5], filledWith: byte, hasLength: hasLength)
                #expect(fault(other, slice) == nil && fault(slice, other) == nil, "\(header), \(byte)")
            }
        }
        // libavcodec gives up a packet with a length of zero, and reads over a start code.
        #expect((fault(empty, slice) == nil) != hasLength && (fault(slice, empty, empty) == nil) != hasLength)
        #expect(fault(slice, [0, 0, 0]) == nil)
        let hole = Self.unit([0x65, 0x88, 0x84], filledWith: 0, hasLength: hasLength)
        #expect(fault(hole) != nil && fault(slice, hole) != nil)
        // Zeros in filler and in a message hide no others.
        let (filler, message) = (
            Self.unit([0x0C], filledWith: 0, hasLength: hasLength),
            Self.unit([0x06, 5], filledWith: 0, hasLength: hasLength)
        )
        #expect(fault(filler, hole) != nil && fault(slice, message, filler, hole) != nil)
        #expect(fault(filler, slice, message) == nil)
    }

    @Test("An empty unit in front of a picture hides neither its kind nor its parameter sets")
    func emptyUnitInFront() {
        let bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 2, 0x67, 1, 0, 0, 0, 2, 0x65, 0x88]
        let facts = bytes.withUnsafeBytes { AccessUnitFacts($0, lengthSize: 4) }
        #expect(facts.isIDR && facts.parameterSets == [[0x67, 1]])
    }
}
