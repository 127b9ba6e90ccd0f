import Testing

@testable import Formats

@Suite("A media playlist")
struct MediaPlaylistTests {
    private static func playlist(_ milliseconds: [Int], target: Int = 6) -> MediaPlaylist {
        let segments = milliseconds.enumerated().map {
            MediaPlaylist.Segment(name: "segment_00\($0.offset).ts", duration: .milliseconds($0.element))
        }
        return MediaPlaylist(segments: segments, targetDuration: .seconds(target), keyName: "enc.key")
    }

    @Test("is written as RFC 8216 wants a finished video")
    func writes() {
        #expect(
            String(decoding: Self.playlist([6000, 5005]).serialized(), as: UTF8.self) == """
                #EXTM3U
                #EXT-X-VERSION:3
                #EXT-X-TARGETDURATION:6
                #EXT-X-MEDIA-SEQUENCE:0
                #EXT-X-PLAYLIST-TYPE:VOD
                #EXT-X-INDEPENDENT-SEGMENTS
                #EXT-X-KEY:METHOD=AES-128,URI="enc.key"
                #EXTINF:6.000000,
                segment_000.ts
                #EXTINF:5.005000,
                segment_001.ts
                #EXT-X-ENDLIST

                """)
    }

    @Test("leaves out what does not hold")
    func leavesOut() {
        let playlist = MediaPlaylist(
            segments: [.init(name: "a.ts", duration: .microseconds(1))], targetDuration: .seconds(1),
            hasIndependentSegments: false)
        let text = String(decoding: playlist.serialized(), as: UTF8.self)
        #expect(!text.contains("KEY") && !text.contains("INDEPENDENT"))
        #expect(text.contains("#EXTINF:0.000001,\na.ts\n"))
    }

    @Test(
        "declares a target that no rounded duration passes",
        arguments: [
            ([], 6, 6), ([6499], 6, 6), ([6500], 6, 7), ([2000, 10_010], 6, 10), ([400], 0, 1),
            ([8500], 6, 9),
        ] as [([Int], Int, Int)])
    func target(milliseconds: [Int], wanted: Int, declared: Int) {
        let text = String(decoding: Self.playlist(milliseconds, target: wanted).serialized(), as: UTF8.self)
        #expect(text.contains("#EXT-X-TARGETDURATION:\(declared)\n"))
    }

    @Test("is read back as it was written")
    func roundTrip() throws {
        let playlist = Self.playlist([6006, 1, 12_345])
        let facts = try #require(PlaylistFacts(reading: playlist.serialized()))
        #expect(facts.duration == .milliseconds(18_352))
        #expect(facts.segmentNames == playlist.segments.map(\.name))
    }
}
