import CLibAV
import MediaProtocol

/// The picture that was encoded last, to be shown again while no other comes.
///
/// A picture that stands still for a minute would make a segment of a minute, and a player that seeks into it would have
/// nothing to show. Shown again, it costs a few bytes.
struct StillPicture {
    /// The longest time until a picture is shown again (seconds).
    private static let longest = 1.0

    /// When it was shown last, in the encoder's time base; nil before the first picture.
    private(set) var pts: Int64?
    private let step: Int64
    private var picture: Frame?

    /// - Parameter segmentSeconds: the target, of which half is the longest time, too.
    init(segmentSeconds: Double, timeBase: AVRational) {
        let seconds = min(Self.longest, segmentSeconds / 2)
        step = max(1, timeBase.ticks(seconds))
    }

    /// Keeps a picture that goes to the encoder now.
    mutating func keep(_ picture: Frame) throws(MediaError) {
        self.picture = try Frame(sharing: picture)
        pts = picture.pts
    }

    /// The picture to be shown again, where the next one is not shown before `end` or soon enough; else nil.
    func again(before end: Int64) throws(MediaError) -> Frame? {
        guard let picture, let pts, pts + step < end - step / 2 else { return nil }
        return try Frame(sharing: picture, at: pts + step)
    }
}
