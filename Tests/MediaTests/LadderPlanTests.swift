import Domain
import MediaProtocol
import Testing

@testable import Media

@Suite struct LadderPlanTests {
    /// A film of `width` × `height`, whose pictures take `kilobits` in a second.
    private static func plan(
        _ width: Int, _ height: Int, _ kilobits: Double, codec: String = "h264", rate: Double = 30,
        orientation: Orientation = .upright, ladder: Ladder = .standard
    ) -> LadderPlan {
        let video = VideoFacts(
            streamIndex: 0, codec: codec, profile: 100, level: 40, width: width, height: height,
            pixelFormat: "yuv420p", bitDepth: 8, orientation: orientation, sampleAspectRatio: .one,
            frameRate: rate, baseRate: 0, scan: .progressive, transfer: "bt709", hasMatrix: true,
            gamut: .standard)
        return LadderPlan(
            video: video, pictureBitrate: kilobits * 1000, options: ConversionOptions(ladder: ladder))
    }

    private static func first(
        _ width: Int, _ height: Int, _ kilobits: Int, isCopy: Bool, name: Int = 0
    ) -> Rendition {
        Rendition(
            name: RenditionName.all[name], width: width, height: height, frameRate: 30,
            bandwidth: kilobits * 1500, averageBandwidth: kilobits * 1000, codecs: "avc1.64001f",
            isCopy: isCopy)
    }

    /// The film, its first rendition, and what is made besides: "width x height, most kbit/s, most pictures in a second".
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let film: (width: Int, height: Int, kilobits: Double)
        let first: (width: Int, height: Int, kilobits: Int, isCopy: Bool)
        let others: [String]

        init(
            _ name: String, _ film: (width: Int, height: Int, kilobits: Double),
            _ first: (width: Int, height: Int, kilobits: Int, isCopy: Bool), _ others: [String]
        ) {
            (testDescription, self.film, self.first, self.others) = (name, film, first, others)
        }
    }

    @Test(arguments: [
        Case(
            "a copy within the limit stays the best", (1920, 1080, 4000), (1920, 1080, 4128, true),
            ["1280x720 2200 nil", "768x432 800 nil", "416x234 85 15.0"]),
        Case(
            "a copy above the limit gets an encoded best", (1920, 1080, 16_000), (1920, 1080, 16_128, true),
            ["1920x1080 4708 nil", "1280x720 2200 nil", "768x432 800 nil", "416x234 85 15.0"]),
        Case(
            "an encoded first is the rung of its size", (1920, 1080, 6000), (768, 432, 500, false),
            ["1920x1080 4708 nil", "1280x720 2200 nil", "416x234 85 15.0"]),
        Case(
            "a film of 720 lines has no second one of the same rate", (1280, 720, 3000),
            (1280, 720, 3128, true),
            ["768x432 800 nil", "416x234 85 15.0"]),
        Case(
            "a heavy film of 720 lines has", (1280, 720, 4700), (1280, 720, 4828, true),
            ["1280x720 2200 nil", "768x432 800 nil", "416x234 85 15.0"]),
        Case(
            "a small film gets the lowest", (320, 180, 300), (320, 180, 430, true), ["320x180 85 15.0"]),
        Case("a small film of a low rate gets nothing", (320, 180, 90), (320, 180, 130, true), []),
        Case(
            "a film held upright counts by its shorter side", (1080, 1920, 4000), (1080, 1920, 4128, true),
            ["720x1280 2200 nil", "432x768 800 nil", "234x416 85 15.0"]),
        Case(
            "slides keep their size and lose pictures", (1920, 1080, 400), (1920, 1080, 528, true),
            ["1920x1080 85 6.0"]),
        Case(
            "a heavy recorded screen gets one between", (1920, 1080, 1200), (1920, 1080, 1328, true),
            ["1920x1080 800 12.0", "1920x1080 85 6.0"]),
        Case("slides below the floor get nothing", (1280, 720, 60), (1280, 720, 150, true), []),
    ])
    func `Which renditions a film gets`(case film: Case) {
        let plan = Self.plan(film.film.width, film.film.height, film.film.kilobits)
        let first = Self.first(
            film.first.width, film.first.height, film.first.kilobits, isCopy: film.first.isCopy)
        let others = plan.others(first: first, soundBitrate: 128_000)
        let words = others.map { rung in
            let rate = rung.maxFrameRate.map { "\($0)" } ?? "nil"
            return "\(rung.target.width)x\(rung.target.height) \(rung.maxBitrate / 1000) \(rate)"
        }
        #expect(words == film.others)
        #expect(others.allSatisfy { $0.shorterSide <= min(film.film.width, film.film.height) })
        #expect(others.dropLast().allSatisfy { $0.sound == .shared })
    }

    @Test(arguments: [
        (1920, 1080, 6000.0, 432), (1280, 720, 3000, 432), (3840, 2160, 20_000, 432), (640, 480, 1500, 480),
        (320, 180, 500, 180), (960, 540, 1500, 540), (1920, 1080, 300, 1080),
    ])
    func `The first rendition of a film that is encoded is quick to make`(
        width: Int, height: Int, kilobits: Double, side: Int
    ) {
        #expect(Self.plan(width, height, kilobits, codec: "mpeg4").first?.shorterSide == side)
    }

    @Test func `A film held on its side has its first rendition upright`() {
        let first = Self.plan(1920, 1080, 6000, codec: "hevc", orientation: .clockwise).first
        #expect(first?.target.width == 432 && first?.target.height == 768)
    }

    @Test func `Without a ladder there is one rendition, as large as the film`() {
        let plan = Self.plan(1920, 1080, 16_000, ladder: .none)
        #expect(plan.first == nil)
        #expect(plan.others(first: Self.first(1920, 1080, 16_000, isCopy: true), soundBitrate: 0).isEmpty)
    }

    @Test func `New codecs need fewer bits for people, too`() {
        #expect(Self.plan(1920, 1080, 1000, codec: "h264").isOfSlides)
        #expect(!Self.plan(1920, 1080, 1000, codec: "hevc").isOfSlides)
        #expect(Self.plan(1920, 1080, 500, codec: "vp9").isOfSlides)
        #expect(!Self.plan(1920, 1080, 0).isOfSlides)
    }

    @Test(arguments: [170, 200, 300, 1000, 5000])
    func `The lowest stays below the floor and worth its place beside any first one`(kilobits: Int) throws {
        let plan = Self.plan(1280, 720, Double(kilobits))
        let first = Self.first(1280, 720, kilobits, isCopy: true)
        let lowest = try #require(plan.others(first: first, soundBitrate: 128_000).last)
        let most = Double(lowest.maxBitrate + MonoSound.bitRate) * 1.04
        #expect(most <= 160_000)
        #expect(most + 15 * 736 <= 0.7 * Double(kilobits * 1000))
    }

    /// The rates that were measured, `r0` first, and what of them is kept.
    @Test(
        arguments: [
            ([4000, 2000, 700, 140], 5_000_000, [0, 1, 2, 3]),
            ([4000, 3000, 700, 140], 5_000_000, [0, 2, 3]),
            // Two that lie too near the lowest: it is needed, they are not.
            ([400, 190, 170, 140], 5_000_000, [0, 3]),
            ([300, 150, 140], 5_000_000, [0, 1]),
            // A copy above the limit.
            ([16_000, 4500, 2000, 140], 5_000_000, [1, 2, 3]),
            ([16_000], 5_000_000, [0]),
            // Nothing worth keeping beside what a poor line carries already.
            ([150, 140], 5_000_000, [0]),
        ] as [([Int], Int, [Int])])
    func `What is kept of what was made`(kilobits: [Int], limit: Int, kept: [Int]) {
        let made = kilobits.enumerated().map { number, rate in
            Self.first(1920 / (number + 1), 1080 / (number + 1), rate, isCopy: number == 0, name: number)
        }
        let choice = LadderChoice(made, maxBitrate: limit)
        #expect(choice.kept.map(\.name.number) == kept)
        #expect(Set(choice.kept.map(\.name)).isDisjoint(with: choice.dropped.map(\.name)))
        #expect(choice.kept.count + choice.dropped.count == made.count)
    }

    @Test func `An encoded first rendition that is as heavy as a better one gives way`() {
        let made = [
            Self.first(768, 432, 900, isCopy: false), Self.first(1280, 720, 1000, isCopy: false, name: 1),
            Self.first(416, 234, 140, isCopy: false, name: 2),
        ]
        let choice = LadderChoice(made, maxBitrate: 5_000_000)
        #expect(choice.kept.map(\.name.number) == [1, 2])
    }

    @Test(arguments: [
        (30.0, 15.0, 15.0), (25, 15, 15), (29.97, 15, 15), (60, 15, 15), (15, 15, 15), (10, 15, 10),
        (30, 6, 6),
    ])
    func `Few pictures stay, and each cut`(rate: Double, most: Double, expected: Double) {
        var thinning = RungThinning(rate: most)
        var kept = 0
        var cuts = 0
        for number in 0..<Int(rate * 60) {
            let pts = Int64((Double(number) * 90_000 / rate).rounded())
            let isCut = number % Int(rate * 5.7) == 0
            if isCut { cuts += 1 }
            let keeps = thinning.keeps(pts: pts, isCut: isCut)
            #expect(keeps || !isCut)
            if keeps { kept += 1 }
        }
        #expect(Double(kept) / 60 <= expected * 1.04)
        #expect(Double(kept) / 60 >= min(rate, expected) * 0.8)
    }
}
