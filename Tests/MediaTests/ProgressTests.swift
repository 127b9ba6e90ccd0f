import Foundation
import MediaProtocol
import Synchronization
import Testing

@testable import Media

@Suite("Progress")
struct ProgressTests {
    /// A conversion that never takes place: parts of so many seconds each, with a pause in front where nothing is told.
    private static func shares(
        pause: Double, parts: [(cost: Double, seconds: Double)]
    ) -> [(told: Double, true: Double)] {
        let whole = pause + parts.reduce(0) { $0 + $1.seconds }
        var now = 0.0
        var shares: [(Double, Double)] = []
        let meter = ProgressMeter(elapsed: { now }, report: { shares.append(($0, now / whole)) })
        now = pause
        for (number, part) in parts.enumerated() {
            let begun = now
            meter.begin(cost: part.cost, ahead: parts.dropFirst(number + 1).reduce(0) { $0 + $1.cost })
            for step in 1...100 {
                now = begun + part.seconds * Double(step) / 100
                meter.didReach(Double(step) / 100)
            }
        }
        return shares
    }

    @Test(
        "It is within five points of the time that has passed, whatever the machine's speed",
        arguments: [(0.0, 1.0), (0.3, 1.0), (0.0, 20.0), (2.0, 100.0), (0.01, 0.05)])
    func isTrue(pause: Double, speed: Double) {
        let shares = Self.shares(
            pause: pause, parts: [(0.1, 0.1 * speed), (2, 2 * speed), (0.4, 0.4 * speed)])
        #expect(shares.count == 303)
        // The first word is as was reckoned: nothing was measured yet.
        for (told, share) in shares.dropFirst() {
            #expect(abs(told - share) < 0.05, "\(told) at \(share)")
        }
    }

    @Test("It never falls and never says that all is done, even where the work was misjudged")
    func onlyGrows() {
        let shares = Self.shares(pause: 0, parts: [(1, 1), (1, 30)]).map(\.told)
        #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(shares.allSatisfy { (0...0.99).contains($0) } && shares.last == 0.99)
    }

    @Test("Where a copy turns out to be impossible, what was told before was little")
    func expectsTheWorst() throws {
        let space = try Workspace()
        // No IDR picture for longer than a segment may be: known only after as many seconds.
        let path = try space.clip(
            "clip.mkv",
            "-f lavfi -i testsrc2=s=640x360:r=25:d=12 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 1000"
        )
        let lesson = try Lesson(path, in: space)
        #expect(lesson.result.plan.contains("too far apart"))
        #expect((lesson.shares.first ?? 1) < 0.1 && (lesson.shares.last ?? 0) > 0.9)
        let steps = zip(lesson.shares, lesson.shares.dropFirst()).map { $1 - $0 }
        #expect(steps.allSatisfy { $0 < 0.1 }, "largest \(steps.max() ?? 0)")
    }
}
