import Domain
import Testing

@testable import Formats

/// A rendition of 16:9 whose peak is half as much again as its average.
func rendition(_ name: String, _ height: Int, average: Int, frameRate: Double = 30) -> Rendition {
    Rendition(
        name: RenditionName(name) ?? .first, width: height * 16 / 9, height: height, frameRate: frameRate,
        bandwidth: average * 3 / 2, averageBandwidth: average, codecs: "avc1.64001F,mp4a.40.2",
        isCopy: name == "r0")
}

private let renditions = [
    rendition("r0", 1080, average: 4_100_000, frameRate: 60000 / 1001),
    rendition("r1", 720, average: 1_500_000),
    rendition("r2", 432, average: 640_000), rendition("r3", 234, average: 131_000, frameRate: 15),
]

@Suite struct MultivariantPlaylistTests {
    @Test func `It is written as RFC 8216 wants it, the start first and the others rising`() {
        #expect(
            String(decoding: MultivariantPlaylist(renditions).serialized(), as: UTF8.self) == """
                #EXTM3U
                #EXT-X-VERSION:4
                #EXT-X-INDEPENDENT-SEGMENTS
                #EXT-X-STREAM-INF:BANDWIDTH=960000,AVERAGE-BANDWIDTH=640000,CODECS="avc1.64001F,mp4a.40.2",RESOLUTION=768x432,FRAME-RATE=30.000,CLOSED-CAPTIONS=NONE
                r2.m3u8
                #EXT-X-STREAM-INF:BANDWIDTH=196500,AVERAGE-BANDWIDTH=131000,CODECS="avc1.64001F,mp4a.40.2",RESOLUTION=416x234,FRAME-RATE=15.000,CLOSED-CAPTIONS=NONE
                r3.m3u8
                #EXT-X-STREAM-INF:BANDWIDTH=2250000,AVERAGE-BANDWIDTH=1500000,CODECS="avc1.64001F,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=30.000,CLOSED-CAPTIONS=NONE
                r1.m3u8
                #EXT-X-STREAM-INF:BANDWIDTH=6150000,AVERAGE-BANDWIDTH=4100000,CODECS="avc1.64001F,mp4a.40.2",RESOLUTION=1920x1080,FRAME-RATE=59.940,CLOSED-CAPTIONS=NONE
                r0.m3u8

                """)
    }

    @Test(arguments: [
        ([131_000, 640_000, 1_500_000], 640_000), ([131_000, 1_300_000], 131_000),
        ([700_000, 701_000], 700_000),
        ([600_000, 800_000], 600_000), ([2_000_000, 3_000_000], 2_000_000), ([40_000, 90_000], 90_000),
    ])
    func `Players start with the rendition nearest to 700 kbit/s`(averages: [Int], start: Int) {
        let renditions = averages.enumerated().map { rendition("r\($0.offset)", 720, average: $0.element) }
        for order in [renditions, renditions.reversed()] {
            let first = MultivariantPlaylist(order).variants.first?.name
            #expect(renditions.first { $0.name == first }?.averageBandwidth == start)
        }
    }

    @Test(arguments: [
        (0.5, "0.500"), (7.992, "7.992"), (12.5, "12.500"), (59.94, "59.940"), (119.8801, "119.880"),
    ])
    func `A frame rate has three digits behind the point`(rate: Double, text: String) {
        let playlist = MultivariantPlaylist([rendition("r0", 720, average: 1, frameRate: rate)])
        #expect(playlist.variants.first?.tag.contains("FRAME-RATE=\(text),") == true)
    }

    @Test(arguments: [
        ([30, 30, 15], [30, 30, 15]), ([29.97, 30, 15], [30, 30, 15]),
        ([24.87, 25, 25.02], [25.02, 25.02, 25.02]),
        ([60, 30, 15], [60, 30, 15]), ([5, 30, 30], [30, 30, 30]),
    ])
    func `A larger picture has no lower frame rate than a smaller one`(measured: [Double], written: [Double])
    {
        let renditions = zip([("r0", 1080), ("r1", 720), ("r2", 432)], measured).map {
            rendition($0.0, $0.1, average: $0.1 * 1000, frameRate: $1)
        }
        let playlist = MultivariantPlaylist(renditions)
        for (number, rate) in written.enumerated() {
            let tag = playlist.variants.first { $0.name.number == number }?.tag
            let text = tag?.split(separator: ",").first { $0.hasPrefix("FRAME-RATE=") }?.dropFirst(11)
            #expect(text.flatMap { Double($0) } == rate)
        }
    }

    @Test func `Of pictures of one size the one with more of them is the larger`() {
        let slides = [
            rendition("r0", 720, average: 300_000, frameRate: 30),
            rendition("r1", 720, average: 110_000, frameRate: 5),
        ]
        let tags = MultivariantPlaylist(slides).variants.map(\.tag)
        #expect(
            tags.contains { $0.contains("FRAME-RATE=5.000") }
                && tags.contains { $0.contains("FRAME-RATE=30.000") })
    }

    @Test func `What is written is read again, and no other line of it is lost`() throws {
        let written = MultivariantPlaylist(renditions)
        #expect(MultivariantPlaylist(reading: written.serialized()) == written)
        let media = "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subs\",NAME=\"Français\",URI=\"s-fr.m3u8\"\n"
        let text = String(decoding: written.serialized(), as: UTF8.self)
            .replacing("#EXT-X-INDEPENDENT-SEGMENTS\n", with: "#EXT-X-INDEPENDENT-SEGMENTS\n" + media)
        let read = try #require(MultivariantPlaylist(reading: Array(text.utf8)))
        #expect(String(decoding: read.serialized(), as: UTF8.self) == text)
        #expect(read.keeping([.first]).serialized().count > written.keeping([.first]).serialized().count)
    }

    @Test func `Renditions can be left out, and one that is alone is known`() throws {
        let names = try ["r3", "r2"].map { try #require(RenditionName($0)) }
        let both = MultivariantPlaylist(renditions).keeping(names)
        #expect(both.variants.map(\.name.description) == ["r2", "r3"] && both.single == nil)
        #expect(both.keeping([names[0]]).single == names[0])
        #expect(both.keeping([]).single == nil)
    }

    @Test func `One rendition beside which there are captions is not alone`() throws {
        let text = """
            #EXTM3U
            #EXT-X-VERSION:4
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",URI="s-en.m3u8"
            #EXT-X-STREAM-INF:BANDWIDTH=1,SUBTITLES="subs"
            r0.m3u8

            """
        let playlist = try #require(MultivariantPlaylist(reading: Array(text.utf8)))
        #expect(playlist.single == nil && playlist.variants.count == 1)
    }

    private static let start = "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-INDEPENDENT-SEGMENTS\n"
    private static let variant = "#EXT-X-STREAM-INF:BANDWIDTH=1\nr0.m3u8\n"

    @Test(arguments: [
        "", "#EXTM3U\n", start, "#EXTM3U\n" + variant, "\(start)#EXTINF:6,\nsegment_000.ts\n",
        "\(start)#EXT-X-STREAM-INF:BANDWIDTH=1\n", "\(start)#EXT-X-STREAM-INF:BANDWIDTH=1\n720p.m3u8\n",
        "\(start)#EXT-X-STREAM-INF:BANDWIDTH=1\nhttps://example.com/r0.m3u8\n", "\(start)r0.m3u8\n",
        "\(start)\(variant)\(variant)", "\(start)\(variant)#EXT-X-MEDIA:TYPE=AUDIO\n",
        "\(start)#EXT-X-I-FRAME-STREAM-INF:URI=\"i.m3u8\"\n\(variant)", "\(start)#EXT-X-ENDLIST\n\(variant)",
        "\(start)\(variant)r1.m3u8\n", start.replacing("VERSION:4", with: "VERSION:3") + variant,
        start + String(repeating: "#EXT-X-MEDIA:TYPE=SUBTITLES\n", count: 5000) + variant,
    ])
    func `A playlist that this program would not write is not taken for one`(text: String) {
        #expect(MultivariantPlaylist(reading: Array(text.utf8)) == nil)
    }

    @Test func `A media playlist is none`() {
        let playlist = MediaPlaylist(
            segments: [.init(name: "segment_000.ts", duration: .seconds(6))], targetDuration: .seconds(6))
        #expect(MultivariantPlaylist(reading: playlist.serialized()) == nil)
    }
}
