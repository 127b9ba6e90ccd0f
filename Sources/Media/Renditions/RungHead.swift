import CLibAV
import MediaProtocol

/// Puts decoded pictures into the first rendition's clock: each cut gets a picture at exactly its tick, what stands still is
/// shown again, and nothing goes back.
final class RungHead {
    /// A picture that is so near to a cut is that cut's (90 kHz): times of another clock were rounded.
    static let tolerance: Int64 = 450
    /// The longest time until a picture is shown again.
    private static let longest = Int64(Track.ticksPerSecond)

    private let cuts: [Int64]
    private let end: Int64
    private let cascade: Cascade
    private let cancellation: Cancellation
    private var next = 0
    private var last: (frame: Frame, pts: Int64)?

    /// - Parameter end: of the lesson, 90 kHz.
    init(cuts: [Int64], end: Int64, cascade: Cascade, cancellation: Cancellation) {
        self.cuts = cuts
        self.end = end
        self.cascade = cascade
        self.cancellation = cancellation
    }

    /// Takes the next picture, shown at `time`.
    func show(_ frame: Frame, at time: Int64) throws(MediaError) {
        try cancellation.check()
        var pts = max(time, cuts[0])
        if next < cuts.count, abs(cuts[next] - pts) <= Self.tolerance { pts = cuts[next] }
        guard pts > last?.pts ?? .min, pts < end else { return }
        if last == nil { last = (try Frame(sharing: frame), .min) }
        try showAgain(before: pts)
        try give(frame, pts)
    }

    /// No picture follows.
    func finish() throws(MediaError) {
        guard last != nil else {
            throw MediaError(.unsupported, "There are no pictures in this video.", operation: "renditions")
        }
        try showAgain(before: end)
    }

    /// At cuts, and where nothing else comes for long.
    private func showAgain(before pts: Int64) throws(MediaError) {
        while let (frame, time) = last {
            let cut = next < cuts.count ? cuts[next] : .max
            let again = time == .min ? .max : time + Self.longest
            let place = min(cut, again)
            guard place < pts, place == cut || place < pts - Self.longest / 2 else { return }
            try cancellation.check()
            try give(frame, place)
        }
    }

    private func give(_ frame: Frame, _ pts: Int64) throws(MediaError) {
        let isCut = next < cuts.count && cuts[next] == pts
        if isCut { next += 1 }
        last = (try Frame(sharing: frame), pts)
        try cascade.show(Picture(frame: try Frame(sharing: frame, at: pts), pts: pts, isCut: isCut))
    }
}
