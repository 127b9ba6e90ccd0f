import Testing

@testable import Domain

@Suite struct RenditionNameTests {
    @Test(arguments: [("r0", 0), ("r1", 1), ("r9", 9), ("r15", 15)])
    func `A name is r and a number up to 15`(text: String, number: Int) throws {
        let name = try #require(RenditionName(text))
        #expect(name.number == number && name.description == text)
        #expect(RenditionName(number: number) == name)
    }

    @Test(arguments: [
        "", "r", "0", "r16", "r99", "r01", "r00", "r-1", "r+1", "R1", "r1 ", " r1", "r1.", "r١", "rr1",
        "r100", "s1",
    ])
    func `Anything else is no name`(text: String) {
        #expect(RenditionName(text) == nil)
    }

    @Test func `There are sixteen, and the numbers beside them are none`() {
        #expect(RenditionName.all.map(\.number) == Array(0...15))
        #expect(RenditionName(number: -1) == nil && RenditionName(number: 16) == nil)
    }

    @Test func `The first rendition keeps the names of a lesson that has one`() {
        let first = RenditionName.first
        #expect(first.playlist == "r0.m3u8" && first.key == "enc.key")
        #expect(first.segment(0) == "segment_000.ts" && first.segment(1234) == "segment_1234.ts")
    }

    @Test func `A file's name says whose it is, and back`() {
        for name in RenditionName.all {
            #expect(RenditionName(playlist: name.playlist) == name)
            #expect(RenditionName(key: name.key) == name)
            for index in [0, 7, 999, 14_399] { #expect(RenditionName(segment: name.segment(index)) == name) }
        }
        #expect(
            RenditionName(number: 12).map { [$0.playlist, $0.key, $0.segment(7)] }
                == ["r12.m3u8", "enc-r12.key", "r12_007.ts"])
    }

    @Test(arguments: [
        "output.m3u8", "r16.m3u8", "r1.m3u", "r1.m3u8.m3u8", ".m3u8", "r0.key", "enc-r0.key", "enc-r16.key",
        "enc-.key",
        "enc-r1.key.key", "key", "segment_00.ts", "segment_.ts", "segment_0a0.ts", "r0_000.ts", "r1_00.ts",
        "r1000.ts",
        "r16_000.ts", "_000.ts", "r1_000.mp4", "r1_0000000000.ts", "r1_٠٠٠.ts", "720p_000.ts", "",
    ])
    func `Other files are of no rendition`(file: String) {
        #expect(RenditionName(playlist: file) == nil)
        #expect(RenditionName(key: file) == nil)
        #expect(RenditionName(segment: file) == nil)
    }
}
