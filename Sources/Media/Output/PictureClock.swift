/// Where the pictures of a lesson begin, and where they and the sound end, in `Track.timeBase`.
struct PictureClock {
    /// A video of one picture has to last: a twenty-fifth of a second.
    private static let shortest: Int64 = 3600
    /// A tick of the clock in which an MP4 states how long it is.
    private static let coarsest: Int64 = 150

    private(set) var start: Int64 = 0
    private var latest: Int64?
    private var beforeLatest: Int64?
    private var duration: Int64 = 0
    private var soundEnd = Int64.min

    /// Where the picture that is shown last ends, or a sound after it. One without a duration of its own lasts as
    /// long as the one that is shown before it.
    var end: Int64 {
        guard let latest else { return 0 }
        let step = duration > 0 ? duration : latest - (beforeLatest ?? latest)
        return max(latest + (step > 0 ? step : Self.shortest), soundEnd)
    }

    /// Notes that sound goes on until `time`.
    mutating func extend(to time: Int64) {
        if latest != nil { soundEnd = max(soundEnd, time) }
    }

    /// Notes where the picture that is shown last ends.
    mutating func close(at time: Int64) {
        if let latest { duration = max(0, time - latest) }
    }

    /// Notes where the picture that is shown last ends if it does not say so itself.
    mutating func assume(end: Int64) {
        guard let latest, duration == 0, end > latest else { return }
        let guess = latest + (beforeLatest.map { latest - $0 } ?? Self.shortest)
        // Files state it in coarser ticks, down to the six-hundredth of a second.
        if abs(end - guess) > Self.coarsest { duration = end - latest }
    }

    /// Notes a picture, in decoding order; `duration` is its own, or 0 where the file does not say.
    mutating func add(pts: Int64, duration: Int64) {
        guard let latest else {
            (start, self.latest, self.duration) = (pts, pts, duration)
            return
        }
        if pts > latest {
            (beforeLatest, self.latest, self.duration) = (latest, pts, duration)
        } else if pts < latest {
            beforeLatest = max(beforeLatest ?? pts, pts)
        }
    }
}
