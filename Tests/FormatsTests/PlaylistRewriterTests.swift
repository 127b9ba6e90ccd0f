import Testing

@testable import Formats

@Suite("The playlist rewriter")
struct PlaylistRewriterTests {
    private static let mobile = URIRule.mobile(
        base: Array("https://h.example/mobile/hls2/t/c/m/l/".utf8), suffix: Array("?token=T&v=7".utf8))
    private static let relative = URIRule.relative(version: Array("7".utf8))

    private static func rewrite(_ playlist: String, _ rule: URIRule) -> String {
        String(decoding: PlaylistRewriter(rule).rewrite(Array(playlist.utf8)), as: UTF8.self)
    }

    /// The tables below write a new URI as «name».
    private static func expand(_ text: String, _ before: String, _ after: String) -> String {
        text.split(separator: "«", omittingEmptySubsequences: false).joined(separator: before)
            .split(separator: "»", omittingEmptySubsequences: false).joined(separator: after)
    }

    @Test(
        "gives every URI a new one and keeps everything else byte for byte",
        arguments: [
            ("", ""), ("\n\n", "\n\n"), ("a.ts", "«a.ts»"), ("a.ts\r\n\r\n  \r\n", "«a.ts»\r\n\r\n  \r\n"),
            (
                "#EXTM3U\r\n#EXTINF:6.0,Título, URI=\"x\"\r\nsegment_000.ts\r\n#EXT-X-ENDLIST",
                "#EXTM3U\r\n#EXTINF:6.0,Título, URI=\"x\"\r\n«segment_000.ts»\r\n#EXT-X-ENDLIST"
            ),
            ("\u{FEFF}#EXTM3U\na.ts\n", "\u{FEFF}#EXTM3U\n«a.ts»\n"),
            ("\u{FEFF}a.ts\n", "\u{FEFF}«a.ts»\n"),
            (" \ta.ts \t\r\n", " \t«a.ts» \t\r\n"),
            ("# a.ts URI=\"b\"\n#EXT-X-UNKNOWN:URI=\"b\"\n", "# a.ts URI=\"b\"\n#EXT-X-UNKNOWN:URI=\"b\"\n"),
            (
                "#EXT-X-KEYS:URI=\"b\"\n#EXT-X-KEY\n#EXT-X\n#\n",
                "#EXT-X-KEYS:URI=\"b\"\n#EXT-X-KEY\n#EXT-X\n#\n"
            ),
            ("a/b/c.m3u8?x=1#f\n", "«c.m3u8»\n"), ("../../c.ts\n", "«c.ts»\n"),
            ("/c.ts?a=/b/d.ts\n", "«c.ts»\n"),
            ("https://old.example/hls2/t/c/m/l/s.ts?token=x\n", "«s.ts»\n"), ("//h:8080/s.ts\n", "«s.ts»\n"),
            ("a.ts\rb.ts\n", "«a.ts_b.ts»\n"), ("a b\"'\\,é.ts\n", "«a%20b%22%27_%2C%C3%A9.ts»\n"),
        ])
    func rewritesLines(playlist: String, expected: String) {
        #expect(
            Self.rewrite(playlist, Self.mobile)
                == Self.expand(expected, "https://h.example/mobile/hls2/t/c/m/l/", "?token=T&v=7"))
        #expect(Self.rewrite(playlist, Self.relative) == Self.expand(expected, "", "?v=7"))
    }

    @Test(
        "finds the URI of every tag that has one, whatever its quoting",
        arguments: [
            (
                "#EXT-X-KEY:METHOD=AES-128,URI=\"enc.key\",IV=0x1",
                "#EXT-X-KEY:METHOD=AES-128,URI=\"«enc.key»\",IV=0x1"
            ),
            (
                "#EXT-X-KEY:METHOD=AES-128,URI=\"https://old.example/hls2/a/b/c/d/key\"",
                "#EXT-X-KEY:METHOD=AES-128,URI=\"«key»\""
            ),
            ("#EXT-X-KEY:METHOD=NONE", "#EXT-X-KEY:METHOD=NONE"),
            ("#EXT-X-KEY:URI='a,b/k',METHOD=AES-128", "#EXT-X-KEY:URI='«k»',METHOD=AES-128"),
            ("#EXT-X-KEY:URI=k,METHOD=AES-128", "#EXT-X-KEY:URI=«k»,METHOD=AES-128"),
            ("#EXT-X-KEY:METHOD=AES-128,URI=x/k \r", "#EXT-X-KEY:METHOD=AES-128,URI=«k» \r"),
            (
                "#EXT-X-KEY:METHOD=AES-128, uri = \"k\" , IV=1",
                "#EXT-X-KEY:METHOD=AES-128, uri = \"«k»\" , IV=1"
            ),
            ("#EXT-X-KEY:METHOD=AES-128,URI=\"k", "#EXT-X-KEY:METHOD=AES-128,URI=\"«k»"),
            ("  #EXT-X-KEY:URI=\"k\"", "  #EXT-X-KEY:URI=\"«k»\""),
            ("#EXT-X-KEY:KEYFORMAT=\"a,URI=b\",URI=\"k\"", "#EXT-X-KEY:KEYFORMAT=\"a,URI=b\",URI=\"«k»\""),
            ("#EXT-X-KEY:X-URI=\"b\",URI=\"k\",URI=\"l\"", "#EXT-X-KEY:X-URI=\"b\",URI=\"«k»\",URI=\"«l»\""),
            ("#EXT-X-KEY:,,=,a,URI=\"\"", "#EXT-X-KEY:,,=,a,URI=\"«_»\""),
            ("#EXT-X-KEY:URI=", "#EXT-X-KEY:URI=«_»"),
            ("#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"k\"", "#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"«k»\""),
            (
                "#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"9@0\"",
                "#EXT-X-MAP:URI=\"«init.mp4»\",BYTERANGE=\"9@0\""
            ),
            (
                "#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a,URI=b\",URI=\"audio/fr.m3u8\"",
                "#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a,URI=b\",URI=\"«fr.m3u8»\""
            ),
            ("#EXT-X-I-FRAME-STREAM-INF:URI=\"i.m3u8\"", "#EXT-X-I-FRAME-STREAM-INF:URI=\"«i.m3u8»\""),
            ("#EXT-X-PART:DURATION=0.3,URI=\"p.ts\"", "#EXT-X-PART:DURATION=0.3,URI=\"«p.ts»\""),
            ("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p.ts\"", "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"«p.ts»\""),
            (
                "#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"a,b\"\n720p/v.m3u8",
                "#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"a,b\"\n«v.m3u8»"
            ),
        ])
    func rewritesTags(playlist: String, expected: String) {
        #expect(
            Self.rewrite(playlist, Self.mobile)
                == Self.expand(expected, "https://h.example/mobile/hls2/t/c/m/l/", "?token=T&v=7"))
        #expect(Self.rewrite(playlist, Self.relative) == Self.expand(expected, "", "?v=7"))
    }

    @Test(
        "never names anything but a file beside the playlist",
        arguments: [
            ("..", "_"), (".", "_"), ("a/", "_"), ("/", "_"), ("a/..", "_"), ("?x", "_"), ("https://h/", "_"),
            ("..%2f..%2fenc.key", "..%252f..%252fenc.key"), ("%2e%2e", "%252e%252e"), ("%2E", "%252E"),
            ("a%5c..%5cb", "a%255c..%255cb"), ("..\\b", ".._b"), ("%00", "%2500"),
            ("%0d%0aX:1", "%250d%250aX%3A1"),
            ("%252f", "%252f"), ("%", "%25"), ("%4", "%254"), ("%zz", "%25zz"),
            ("%C3%A9%20b.ts", "%C3%A9%20b.ts"),
            ("javascript:alert(1)", "javascript%3Aalert%281%29"), ("data:x;base64,A/B=", "B%3D"),
            ("a\0b\u{7F}", "a_b_"),
        ])
    func namesFilesAlone(uri: String, name: String) {
        #expect(Self.rewrite("#EXT-X-KEY:URI=\"\(uri)\"", Self.relative) == "#EXT-X-KEY:URI=\"\(name)?v=7\"")
    }

    @Test("keeps bytes that are no UTF-8, and encodes them in a name")
    func keepsBytes() {
        let playlist: [UInt8] = [0x23, 0xFF, 0x0A, 0x61, 0xFF, 0x0A, 0x0A, 0xC3]
        #expect(
            PlaylistRewriter(Self.relative).rewrite(playlist)
                == [0x23, 0xFF, 0x0A] + Array("a%FF?v=7\n\n%C3?v=7".utf8))
    }

    @Test("changes nothing more when it is applied twice")
    func isIdempotent() {
        let once = Self.rewrite("#EXT-X-KEY:URI=\"x/é k%2f%\\\0\"\n#EXTINF:1,\n..\n", Self.mobile)
        #expect(Self.rewrite(once, Self.mobile) == once)
    }
}
