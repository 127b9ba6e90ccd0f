import Foundation
import MediaProtocol
import Testing

@testable import Media

extension Lesson {
    /// Expects everything that holds for every lesson, whatever it was made of.
    func expectRules(_ location: SourceLocation = #_sourceLocation) throws {
        let complaints = try complaints()
        #expect(complaints == "", sourceLocation: location)
        try expectPlaylist(location)
        for number in try segmentNames.indices { try expectSegment(number, location) }
        #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 <= $1 }, sourceLocation: location)
        #expect(shares.allSatisfy { (0..<1).contains($0) }, sourceLocation: location)
    }

    private func expectPlaylist(_ location: SourceLocation) throws {
        let lines = try playlist
        let names = try segmentNames
        let durations = try durations
        #expect(lines.first == "#EXTM3U" && lines.last == "" && lines.dropLast().last == "#EXT-X-ENDLIST")
        for line in [
            "#EXT-X-VERSION:3", "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-MEDIA-SEQUENCE:0",
            "#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-KEY:METHOD=AES-128,URI=\"enc.key\"",
        ] {
            #expect(lines.filter { $0 == line }.count == 1, "\(line)", sourceLocation: location)
        }
        let prefix = "#EXT-X-TARGETDURATION:"
        let target = try #require(
            lines.first { $0.hasPrefix(prefix) }.flatMap { Int($0.dropFirst(prefix.count)) })
        #expect(durations.allSatisfy { Int($0.rounded()) <= target }, sourceLocation: location)
        #expect(
            names == names.indices.map { String(format: "segment_%03d.ts", $0) }, sourceLocation: location)
        #expect(names.count == durations.count && names.count == result.segments, sourceLocation: location)
        #expect(abs(durations.reduce(0, +) - result.duration) < 0.001, sourceLocation: location)
        #expect((durations.last ?? 0) >= 0.5 || names.count == 1, sourceLocation: location)
    }

    /// PAT, PMT, then SPS, PPS and an IDR slice as the first picture; and as long as the playlist says.
    private func expectSegment(_ number: Int, _ location: SourceLocation) throws {
        let url = try plain(number)
        let bytes = [UInt8](try Data(contentsOf: url))
        #expect(bytes.count % 188 == 0, sourceLocation: location)
        func pid(_ packet: Int) -> Int {
            Int(bytes[packet * 188 + 1] & 0x1F) << 8 | Int(bytes[packet * 188 + 2])
        }
        // The program map's PID stands in the one entry of the program association section.
        let programMap = Int(bytes[15] & 0x1F) << 8 | Int(bytes[16])
        #expect(pid(0) == 0 && pid(1) == programMap, "segment \(number)", sourceLocation: location)
        let units = try Command.run([
            "ffmpeg", "-v", "error", "-i", url.path, "-map", "0:v", "-c", "copy", "-frames:v", "1", "-f",
            "h264",
            "-",
        ])
        let types = Self.unitTypes(units.standardOutput)
        #expect(types.contains(7) && types.contains(8), "segment \(number)", sourceLocation: location)
        #expect(types.first { $0 == 1 || $0 == 5 } == 5, "segment \(number)", sourceLocation: location)
    }

    private static func unitTypes(_ data: Data) -> [UInt8] {
        let bytes = [UInt8](data)
        return bytes.indices.dropLast(3).filter { bytes[$0] == 0 && bytes[$0 + 1] == 0 && bytes[$0 + 2] == 1 }
            .map { bytes[$0 + 3] & 0x1F }
    }
}
