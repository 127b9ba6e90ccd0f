import Testing

@testable import Formats

@Suite("The facts of a playlist")
struct PlaylistFactsTests {
    private static func facts(_ playlist: String) -> PlaylistFacts? {
        PlaylistFacts(reading: Array(playlist.utf8))
    }

    @Test("are its duration and its segments")
    func reads() throws {
        let facts = try #require(
            Self.facts(
                """
                #EXTM3U\r\n#EXT-X-KEY:METHOD=AES-128,URI="enc.key"\r\n#EXTINF:6.006000,\r\nsegment_000.ts\r
                #EXTINF:6,Title\r\n#EXT-X-BYTERANGE:5@0\r\n\r\nhttps://h/a/segment%20001.ts?x#y\r\n#EXTINF:.5,\ns.ts
                """))
        #expect(facts.duration == .milliseconds(12506))
        #expect(facts.segmentNames == ["segment_000.ts", "segment%20001.ts", "s.ts"])
        #expect(facts.segmentCount == 3)
    }

    @Test("add up exactly")
    func addsExactly() throws {
        let playlist = "#EXTM3U\n" + String(repeating: "#EXTINF:0.1,\ns.ts\n", count: 10_000)
        #expect(try #require(Self.facts(playlist)).duration == .seconds(1000))
    }

    @Test("of a multivariant playlist hold no segments")
    func multivariant() throws {
        let facts = try #require(Self.facts("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n"))
        #expect(facts.segmentNames.isEmpty)
        #expect(facts.duration == .zero)
    }

    @Test(
        "count nothing for a broken duration",
        arguments: ["", "x", "-1", "1e3", "inf", "nan", "1.2.3", "1.x", "9999999999", "0x10", "+1", "1 2"])
    func brokenDuration(text: String) throws {
        let facts = try #require(Self.facts("#EXTM3U\n#EXTINF:\(text),\na.ts\n#EXTINF:2,\nb.ts\n"))
        #expect(facts.duration == .seconds(2))
        #expect(facts.segmentCount == 2)
    }

    @Test(
        "are none where it is no playlist",
        arguments: ["", "\n", "#EXTM3U8\na", "a.ts", "#EXTINF:1,\na.ts", "<html>"])
    func refuses(text: String) {
        #expect(Self.facts(text) == nil)
    }
}
