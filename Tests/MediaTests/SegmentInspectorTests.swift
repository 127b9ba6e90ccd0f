import Crypto
import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Segment inspector")
struct SegmentInspectorTests {
    /// A lesson's plain segments, made once for the whole table.
    private static func segments() throws -> [[UInt8]] {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mp4",
            "-f lavfi -i testsrc2=s=160x120:r=25:d=6 -f lavfi -i sine=d=6 -pix_fmt yuv420p -c:v libx264 "
                + "-preset ultrafast -g 25 -c:a aac")
        let lesson = try Lesson(path, in: space)
        return try lesson.segmentNames.indices.map { [UInt8](try Data(contentsOf: lesson.plain($0))) }
    }

    private static func firstBrokenRule(_ segments: [[UInt8]]) -> String? {
        var inspector = SegmentInspector()
        do throws(MediaError) {
            for segment in segments {
                inspector.beginSegment()
                segment.withUnsafeBytes { inspector.read($0) }
                try inspector.endSegment()
            }
            return nil
        } catch {
            return error.rule
        }
    }

    /// The packets of the last segment that begin a unit of `pid`.
    private static func starts(_ segment: [UInt8], pid: Int) -> [Int] {
        stride(from: 0, to: segment.count, by: 188).filter {
            segment[$0 + 1] & 0x40 != 0 && Int(segment[$0 + 1] & 0x1F) << 8 | Int(segment[$0 + 2]) == pid
        }
    }

    @Test("A lesson as it is made passes")
    func passes() throws {
        #expect(Self.firstBrokenRule(try Self.segments()) == nil)
    }

    @Test("Every kind of damage is found and named")
    func refuses() throws {
        let whole = try Self.segments()
        let video = 0x100
        let damages: [(OutputRule, String, (inout [[UInt8]]) -> Void)] = [
            (.packets, "a flipped sync byte", { $0[1][188 * 5] = 0x46 }),
            (.packets, "half a packet at the end", { $0[1].removeLast(94) }),
            (.tablesFirst, "no PAT", { $0[1].removeFirst(188) }),
            (.tablesFirst, "no PMT", { $0[1].removeSubrange(188..<376) }),
            (.tablesFirst, "a PMT without H.264", { $0[1][188 + 4 + 13] = 0x24 }),
            (.continuity, "a lost packet", { $0[1].removeSubrange(188 * 6..<188 * 7) }),
            (.continuity, "a lost segment", { $0.remove(at: 1) }),
            (
                .independentStart, "the first picture's slice is no IDR slice",
                { segments in
                    let bytes = segments[1]
                    let slice = bytes.indices.first {
                        $0 + 3 < bytes.count && bytes[$0...$0 + 3].elementsEqual([0, 0, 1, 0x65])
                    }
                    if let slice { segments[1][slice + 3] = 0x61 }
                }
            ),
            (
                .independentStart, "no sequence parameter set",
                { segments in
                    let bytes = segments[1]
                    let unit = bytes.indices.first {
                        $0 + 3 < bytes.count && bytes[$0...$0 + 2].elementsEqual([0, 0, 1])
                            && bytes[$0 + 3] & 0x1F == 7
                    }
                    if let unit { segments[1][unit + 3] = 0x6C }
                }
            ),
            (
                .risingTimes, "a picture of the past",
                { segments in
                    let start = Self.starts(segments[1], pid: video)[3]
                    let before = Self.starts(segments[1], pid: video)[1]
                    let header = TransportHeader.times(segments[1], before)
                    TransportHeader.write(header, into: &segments[1], start)
                }
            ),
            (
                .framedSound, "sound without ADTS",
                { segments in
                    let start = Self.starts(segments[1], pid: 0x101)[0]
                    if let sync = segments[1][start..<start + 188].firstIndex(of: 0xFF) {
                        for index in sync..<start + 188 where segments[1][index] == 0xFF {
                            segments[1][index] = 0
                        }
                    }
                }
            ),
        ]
        for (rule, what, damage) in damages {
            var segments = whole
            damage(&segments)
            #expect(Self.firstBrokenRule(segments) == rule.rawValue, "\(what)")
        }
    }

    @Test("A segment without a picture is refused")
    func refusesEmpty() throws {
        var segments = try Self.segments()
        segments[1].removeLast(segments[1].count - 376)
        #expect(Self.firstBrokenRule(segments) == OutputRule.noSliver.rawValue)
    }

    /// Writes plain segments as a lesson; the second begins where `start` says.
    private static func sequence(
        _ segments: [[UInt8]], in space: Workspace, starts: [Int64]
    ) throws(MediaError) -> SegmentSequence {
        let sequence = SegmentSequence(
            directory: space.url.path, key: .random(), segmentSeconds: 2, maxBytes: 1 << 30)
        for (number, segment) in segments.enumerated() {
            try sequence.open(at: starts[number])
            segment.withUnsafeBytes { sequence.sink.inspector.read($0) }
            try sequence.sink.segment?.write(segment)
            try sequence.close(at: starts[number + 1])
        }
        return sequence
    }

    @Test("A duration that is not the distance of two first pictures is refused, and so is a segment of none")
    func refusesFalseDurations() throws {
        let segments = try Self.segments()
        let space = try Workspace()
        // Two seconds each, in 90 kHz.
        try Self.sequence(Array(segments.prefix(2)), in: space, starts: [0, 180_000, 360_000]).finish()
        let late = #expect(throws: MediaError.self) {
            try Self.sequence(Array(segments.prefix(2)), in: space, starts: [0, 180_001, 360_000])
        }
        #expect(late?.rule == OutputRule.realDurations.rawValue)
        let empty = #expect(throws: MediaError.self) {
            try Self.sequence(Array(segments.prefix(1)), in: space, starts: [0, 0]).finish()
        }
        #expect(empty?.rule == OutputRule.noSliver.rawValue)
    }

    @Test("A segment that lost bytes on the disk, or was written under another key, is refused")
    func refusesWhatDoesNotDecrypt() throws {
        let space = try Workspace()
        let (key, plain) = (ContentKey.random(), [UInt8](repeating: 0x47, count: 188 * 10))
        let path = space.file("segment_003.ts").path
        let segment = try EncryptedSegment(path: path, key: key, sequenceNumber: 3, maxWrite: plain.count)
        try segment.write(plain)
        try segment.finish()
        func rule(_ key: ContentKey, number: Int = 3) -> String? {
            do throws(MediaError) {
                try SegmentReader(key: key).check(
                    path, sequenceNumber: number, head: segment.head, plainCount: plain.count)
                return nil
            } catch {
                return error.rule
            }
        }
        #expect(rule(key) == nil)
        #expect(rule(.random()) == OutputRule.decrypts.rawValue)
        #expect(rule(key, number: 4) == OutputRule.decrypts.rawValue)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.dropLast(16).write(to: URL(fileURLWithPath: path))
        #expect(rule(key) == OutputRule.decrypts.rawValue)
        try (whole.dropLast(1) + [whole[whole.count - 1] ^ 1]).write(to: URL(fileURLWithPath: path))
        #expect(rule(key) == OutputRule.decrypts.rawValue)
    }

    @Test("ffmpeg's own MPEG-TS, which begins with a service description, is refused")
    func refusesServiceDescription() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.ts", "-f lavfi -i testsrc2=s=160x120:r=25:d=1 -pix_fmt yuv420p -c:v libx264")
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(Self.firstBrokenRule([bytes]) == OutputRule.tablesFirst.rawValue)
    }
}

/// The presentation and decoding times in a packet's PES header, as bytes.
private enum TransportHeader {
    static func offset(_ bytes: [UInt8], _ packet: Int) -> Int {
        packet + (bytes[packet + 3] & 0x20 != 0 ? 5 + Int(bytes[packet + 4]) : 4)
    }

    static func times(_ bytes: [UInt8], _ packet: Int) -> [UInt8] {
        let start = offset(bytes, packet) + 9
        return Array(bytes[start..<start + 5])
    }

    static func write(_ times: [UInt8], into bytes: inout [UInt8], _ packet: Int) {
        let start = offset(bytes, packet) + 9
        bytes.replaceSubrange(start..<start + 5, with: times)
    }
}
