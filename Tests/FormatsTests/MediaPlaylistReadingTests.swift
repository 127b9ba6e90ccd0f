import Formats
import Testing

private let head = """
    #EXTM3U
    #EXT-X-VERSION:3
    #EXT-X-TARGETDURATION:6
    #EXT-X-MEDIA-SEQUENCE:0
    #EXT-X-PLAYLIST-TYPE:VOD
    #EXT-X-INDEPENDENT-SEGMENTS
    #EXT-X-KEY:METHOD=AES-128,URI="enc.key"

    """

private func read(_ text: String, limit: Duration = .seconds(86_400)) -> MediaPlaylist? {
    MediaPlaylist(reading: Array(text.utf8), keyName: "enc.key", limit: limit) { "segment_00\($0).ts" }
}

@Suite struct MediaPlaylistReadingTests {
    @Test func `What the converter writes is written again byte for byte`() throws {
        let text =
            head + "#EXTINF:6.006000,\nsegment_000.ts\n#EXTINF:4.170833,\nsegment_001.ts\n#EXT-X-ENDLIST\n"
        let playlist = try #require(read(text))
        #expect(String(decoding: playlist.serialized(), as: UTF8.self) == text)
        #expect(playlist.duration == .microseconds(10_176_833))
    }

    @Test(arguments: [
        "#EXTINF:6,\na\n", "#EXTINF:6,\nsegment_001.ts\n", "#EXTINF:6,\n../segment_000.ts\n",
        "#EXTINF:6,\nsegment_000.ts?x\n", "segment_000.ts\n", "#EXTINF:6,\n#EXTINF:6,\nsegment_000.ts\n",
        "#EXTINF:6,\n", "#EXTINF:0,\nsegment_000.ts\n", "#EXTINF:-6,\nsegment_000.ts\n",
        "#EXTINF:999999999,\nsegment_000.ts\n", "#EXTINF:86401,\nsegment_000.ts\n",
        "#EXTINF:nan,\nsegment_000.ts\n", "#EXTINF:1e3,\nsegment_000.ts\n", "",
        "#EXT-X-MAP:URI=\"/etc/passwd\"\n#EXTINF:6,\nsegment_000.ts\n",
        "#EXT-X-BYTERANGE:1@0\n#EXTINF:6,\nsegment_000.ts\n",
        "#EXT-X-MEDIA:TYPE=AUDIO,URI=\"a\"\n#EXTINF:6,\nsegment_000.ts\n",
    ])
    func `What the converter does not write is not taken`(lines: String) {
        #expect(read(head + lines + "#EXT-X-ENDLIST\n") == nil)
        #expect(read(lines) == nil)
    }

    @Test func `Many durations are bounded as one is`() {
        let many = (0..<9).map { "#EXTINF:10,\nsegment_00\($0).ts\n" }.joined()
        #expect(read(head + many, limit: .seconds(90)) != nil)
        #expect(read(head + many, limit: .seconds(89)) == nil)
    }
}

@Suite struct PlaylistBoundTests {
    private let rule = URIRule.mobile(
        base: Array("https://video.example.com/mobile/hls2/t/c/m/l/".utf8),
        suffix: Array(repeating: 0x61, count: 400))

    @Test(arguments: ["a\n", "#EXTINF:6,\na\n", "#EXT-X-KEY:METHOD=AES-128,URI=\"a\"\n", "\u{1}\u{e9}\n"])
    func `How long an answer becomes is known before it is made`(line: String) {
        let playlist = Array(("#EXTM3U\n" + String(repeating: line, count: 1000)).utf8)
        let rewriter = PlaylistRewriter(rule)
        let made = rewriter.rewrite(playlist).count
        #expect(!rewriter.fits(playlist, in: made - 1))
        #expect(rewriter.fits(playlist, in: made + 5 * playlist.count))
    }
}
