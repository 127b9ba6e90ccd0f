import MediaProtocol
import Testing

@testable import Media

@Suite("Where the segments of a copied film begin")
struct SegmentGridTests {
    @Test(
        "Segments end nearest to the target, of the places that leave no sliver and nothing too long behind them",
        arguments: [
            ([0], 50, []), ([0, 100, 200, 300], 400, [100, 200, 300]), ([0, 90], 105, []),
            ([0, 40, 80, 120, 160], 200, [80, 160]), ([0, 60, 120], 180, [120]), ([0, 100], 120, []),
            ([0, 10], 20, []), ([0, 20, 220], 245, [220]), ([0, 200, 400], 425, [200, 400]),
            // The nearest place would leave a sliver, or a last segment that is too long.
            ([0, 100, 120, 320], 340, [120]), ([0, 80, 100, 120, 310, 320], 330, [80, 120]),
            ([0, 100, 150, 250, 310, 450], 500, [100, 150, 250, 310, 450]),
        ] as [([Int64], Int64, [Int64])])
    func chooses(idr: [Int64], end: Int64, cuts: [Int64]) {
        #expect(SegmentGrid(idr: idr, end: end, target: 100)?.cuts == cuts)
    }

    @Test(
        "Where no choice keeps all segments within bounds there is no grid",
        arguments: [([0, 24, 224], 248), ([0, 200, 210], 440), ([0, 226], 300)] as [([Int64], Int64)])
    func refuses(idr: [Int64], end: Int64) {
        #expect(SegmentGrid(idr: idr, end: end, target: 100) == nil)
    }

    @Test("A target of a few ticks is one too", arguments: [1, 2, 3] as [Int64])
    func tinyTarget(target: Int64) {
        let idr = [0, 2, 4].map { $0 * target }
        #expect(SegmentGrid(idr: idr, end: 6 * target, target: target)?.cuts == Array(idr.dropFirst()))
    }

    @Test("A grid is found wherever there is one, and keeps the bounds")
    func agreesWithSearch() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2_000 {
            let gaps = (0..<Int.random(in: 1...9, using: &random)).map { _ in
                Int64.random(in: 1...210, using: &random)
            }
            var idr: [Int64] = [0]
            for gap in gaps.dropLast() { idr.append((idr.last ?? 0) + gap) }
            let end = (idr.last ?? 0) + (gaps.last ?? 0)
            let grid = SegmentGrid(idr: idr, end: end, target: 100)
            guard idr.count > 1 else { continue }
            #expect((grid != nil) == (end <= 225 || Self.canCut(idr[...], end)), "\(idr), \(end)")
            guard let grid, !grid.cuts.isEmpty else { continue }
            let lengths = zip([0] + grid.cuts, grid.cuts + [end]).map { $1 - $0 }
            #expect(lengths.allSatisfy { (25...225).contains($0) }, "\(idr), \(end): \(lengths)")
            #expect(Set(grid.cuts).isSubset(of: idr))
        }
    }

    /// Tries every choice, for a target of 100.
    private static func canCut(_ idr: ArraySlice<Int64>, _ end: Int64) -> Bool {
        guard let start = idr.first else { return false }
        if (25...225).contains(end - start) { return true }
        return idr.indices.dropFirst().contains {
            (25...225).contains(idr[$0] - start) && canCut(idr[$0...], end)
        }
    }

    @Test(
        "A film whose IDR pictures lie unevenly is copied where its segments fit, and else planned to be re-encoded",
        arguments: [("6,7.2,19.2", 20.4, true), ("1.4,13.4", 14.8, false), ("5,6.2,18.0", 19.4, true)])
    func wholeFilm(keys: String, seconds: Double, isCopied: Bool) throws {
        let space = try Workspace()
        let path = try space.clip(
            "film.mkv",
            "-f lavfi -i testsrc2=s=160x120:r=25:d=\(seconds) -pix_fmt yuv420p -c:v libx264 -preset ultrafast "
                + "-force_key_frames \(keys) -g 1000 -sc_threshold 0")
        let options = ConversionOptions(segmentSeconds: 6, preset: "ultrafast")
        let action: StreamDecision.Action = isCopied ? .copy : .transcode
        #expect(try HLSConverter(options: options).plan(path).video.action == action)
        // As planned: nothing that was finished is made anew.
        let lesson = try Lesson(path, in: space, options: options)
        #expect(lesson.result.plan.hasPrefix("video: \(action.rawValue)"), "\(lesson.result.plan)")
        #expect(lesson.result.plan.contains("fitting length") == !isCopied)
        try lesson.expectRules()
    }

    @Test(
        "Sound that waits for the first picture takes no more memory than it may",
        arguments: ["aac", "libmp3lame"], [100_000, 64 << 20])
    func waitsForPictures(codec: String, maxBytes: Int) throws {
        let space = try Workspace()
        let path = try space.clip(
            "film.mkv",
            "-itsoffset 6 -f lavfi -i testsrc2=s=160x120:r=25:d=1 -f lavfi -i sine=r=48000:d=7 "
                + "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -c:a \(codec)")
        var limits = MediaLimits.default
        limits.maxWaitingBytes = maxBytes
        guard maxBytes < 1 << 20 else {
            #expect(abs(try Lesson(path, in: space, limits: limits).result.duration - 7) < 0.1)
            return
        }
        let error = #expect(throws: MediaError.self) { try Lesson(path, in: space, limits: limits) }
        #expect(error?.kind == .unsupported && error?.message.contains("too long after its sound") == true)
    }
}
