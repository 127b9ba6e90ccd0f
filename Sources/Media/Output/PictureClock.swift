/// Where the pictures of a lesson begin, and where they and the sound end, in `Track.timeBase`.
struct PictureClock {
    /// A video of one picture has to last: a twenty-fifth of a second.
    private static let shortest: Int64 = 3600

    private(set) var start: Int64 = 0
    private(set) var end: Int64 = 0
    private var latest: Int64?
    private var step: Int64 = 0

    /// Notes that sound goes on until `time`.
    mutating func extend(to time: Int64) {
        if latest != nil { end = max(end, time) }
    }

    /// Notes a picture. One without a duration lasts as long as the one before.
    mutating func add(pts: Int64, duration: Int64) {
        if latest == nil { start = pts }
        step = duration > 0 ? duration : max(step, abs(pts - (latest ?? pts)))
        latest = pts
        end = max(end, pts + (step > 0 ? step : Self.shortest))
    }
}
