import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("What the headers of an MP4 state")
struct MovieHeadersTests {
    private static let make =
        "-f lavfi -i testsrc2=s=160x120:r=25:d=1 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -bf 0 "
        + "-video_track_timescale 1000000"

    @Test(
        "The end of a stream is what the file states, unless that is unknown or longer than any film",
        arguments: [
            (40_000, 86_400, 1), (168_000_000, 86_400, 4_200), (168_000_000, 3_600, nil),
            // 2^32 of its ticks or more.
            (0x0B00_0000, 86_400, nil), (0x7000_0000, 86_400, nil),
        ] as [(Int, Double, Double?)])
    func statedEnd(step: Int, maxDuration: Double, end: Double?) throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", Self.make)
        try MovieBoxes.rewrite(space.file("clip.mp4")) { type, _, content in
            switch type {
            case "mdhd": content[..<16] + [0xFF, 0xFF, 0xFF, 0xFF] + content[20...]
            case "stts": [0, 0, 0, 0] + [1, 25, step].flatMap(MovieBoxes.number)
            case "edts": []
            default: nil
            }
        }
        var limits = MediaLimits.default
        limits.maxDurationSeconds = maxDuration
        let demuxer = try Demuxer(path, limits: limits, cancellation: Cancellation())
        let video = try #require(demuxer.selection.video)
        #expect(demuxer.statedEnd(of: video) == end)
    }

    @Test("Of two lists of tracks the first one counts, wherever it stands", arguments: [true, false])
    func tracks(isFirst: Bool) throws {
        let space = try Workspace()
        let path = try space.clip("clip.mp4", "\(Self.make) \(isFirst ? "-movflags faststart" : "")")
        try space.patch("clip.mp4") { data in
            let movie = try #require(data.range(of: Data("moov".utf8))).lowerBound - 4
            let size = data[movie..<movie + 4].reduce(0) { $0 << 8 | Int($1) }
            data += data[movie..<movie + size]
        }
        let input = try FileInput(path: path, cancellation: nil)
        #expect(input.tracks.map(\.id) == [1])
    }

    @Test("Boxes without a list of tracks have no tracks")
    func noTracks() throws {
        let space = try Workspace()
        let path = try space.write("\0\0\0\u{8}free\0\0\0\u{8}mdat", to: "clip.mp4")
        #expect(try FileInput(path: path, cancellation: nil).tracks.isEmpty)
    }
}
