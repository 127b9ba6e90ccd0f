import Testing

@testable import Domain

@Suite struct PlaybackFileTests {
    /// A name, whose rendition it is, and the kind of file.
    private static let served: [(String, Int?, String)] = [
        ("output.m3u8", nil, "playlist"), ("r0.m3u8", 0, "playlist"), ("r12.m3u8", 12, "playlist"),
        ("720p.m3u8", nil, "playlist"), ("key", 0, "key"), ("enc.key", 0, "key"), ("enc-r3.key", 3, "key"),
        ("segment_000.ts", 0, "segment"), ("r3_000.ts", 3, "segment"), ("720p_000.ts", nil, "segment"),
        ("poster.jpg", nil, "segment"), ("captions-fr.vtt", nil, "segment"),
    ]

    @Test(arguments: served)
    func `A file that is served says whose it is`(name: String, rendition: Int?, kind: String) throws {
        let file = try #require(PlaybackFile(name[...]))
        #expect(file.rendition?.number == rendition)
        switch file {
        case .playlist(let its): #expect(kind == "playlist" && its == name)
        case .key: #expect(kind == "key")
        case .segment(let its): #expect(kind == "segment" && its == name)
        }
    }

    @Test(arguments: [
        "", ".", "..", "renditions.json", "enc-r0.key", "enc-r16.key", "enc-.key", "enc-r1.key.", "r1.key",
        "enc.key.ts.key",
        "ENC.KEY", "KEY", "keys", "other.jpg", "output.m3u", ".version", "a/b.ts", "output.m3u8\0", "enc-r1",
    ])
    func `Any other name is of no file that is served`(name: String) {
        #expect(PlaybackFile(name[...]) == nil)
    }
}
