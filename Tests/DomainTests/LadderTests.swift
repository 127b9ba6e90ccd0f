import Testing

@testable import Domain

@Suite struct LadderTests {
    @Test func `The default's text and its rungs are the same`() {
        #expect(Ladder.rungs(Ladder.defaultText) == Ladder.defaultRungs)
    }

    @Test func `none is a ladder without rungs`() {
        #expect(Ladder.rungs("none") == [])
    }

    @Test(arguments: [
        ("720:2200k", [Rung(shorterSide: 720, maxBitrate: 2_200_000)]),
        (
            "1080:5M, 64:8000@1",
            [
                Rung(shorterSide: 1080, maxBitrate: 5_000_000),
                Rung(shorterSide: 64, maxBitrate: 8000, maxFrameRate: 1),
            ]
        ),
        (
            "432:1100k,432:730k",
            [
                Rung(shorterSide: 432, maxBitrate: 1_100_000), Rung(shorterSide: 432, maxBitrate: 730_000),
            ]
        ),
    ])
    func `Rungs are shorter side, bit rate and frames per second`(text: String, rungs: [Rung]) {
        #expect(Ladder.rungs(text) == rungs)
    }

    @Test(arguments: [
        "", " ", ",", "720", "720:", ":800k", "720:800k,", "720:800k,,432:80k", "720p:800k", "720:800K",
        "720:800kk",
        "720:0.8M", "720:-1", "720:+800k", "720:k", "720:800k@", "720:800k@0", "720:800k@121",
        "720:800k@15@15",
        "720:800k@29.97", "720:7999", "720:1001M", "720:9223372036854775807k", "62:800k", "721:800k",
        "4322:800k",
        "432:80k,720:2200k", "720:800k,432:800k", "720:800k,432:900k", "none,720:800k", "None",
        "720:800k;432:80k",
        "900:9M,800:8M,700:7M,600:6M,500:5M,400:4M,300:3M,200:2M,100:1M",
    ])
    func `A text that is no falling ladder is refused`(text: String) {
        #expect(Ladder.rungs(text) == nil)
    }
}
