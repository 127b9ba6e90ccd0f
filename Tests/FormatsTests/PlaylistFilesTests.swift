import Formats
import Testing

private func files(_ text: String) -> PlaylistFiles? { PlaylistFiles(reading: Array(text.utf8)) }

@Suite struct PlaylistFilesTests {
    @Test func `Each file is named once, keys are not among them`() throws {
        let found = try #require(
            files(
                """
                #EXTM3U
                #EXT-X-KEY:METHOD=AES-128,URI="https://old.example/hls/u/v/key",IV=0x01
                #EXT-X-MAP:URI="init.mp4"
                #EXTINF:2,
                https://old.example/a/segment_0.ts?x=1#y
                #EXTINF:2,
                segment_0.ts
                #EXT-X-KEY: METHOD=SAMPLE-AES , URI=key
                #EXTINF:2,
                segment_1.ts
                #EXT-X-ENDLIST
                """))
        #expect(found.names == ["init.mp4", "segment_0.ts", "segment_1.ts"])
        #expect(found.methods == ["AES-128", "SAMPLE-AES"] && found.hasEnd)
    }

    @Test func `Playlists of variants and renditions are files too`() throws {
        let found = try #require(
            files(
                "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI=\"audio.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n"
            ))
        #expect(found.names == ["audio.m3u8", "low.m3u8"] && found.methods.isEmpty && !found.hasEnd)
    }

    @Test(arguments: ["", "hello", "#EXTINF:1,\na.ts\n#EXTM3U", "\u{0}#EXTM3U"])
    func `What does not begin as a playlist is none`(text: String) {
        #expect(files(text) == nil)
    }
}
