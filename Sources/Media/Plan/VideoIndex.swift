/// Where a video stream's packets lie in time, and what speaks against copying them.
struct VideoIndex {
    static let tooFarApart = "IDR pictures are too far apart"
    static let unfit = "its IDR pictures leave no segments of a fitting length"
    static let standsStill = "a picture stands still for longer than a segment"

    /// DTS of every IDR picture, in the stream's time base, rising.
    var idr: [Int64] = []
    /// DTS of the first and the end of the last packet, in the stream's time base.
    var start: Int64?
    var end: Int64 = 0
    /// Packets seen.
    var count = 0
    /// Why the stream cannot be copied, found while indexing; nil where nothing was.
    var obstacle: String?
    /// The times jump: the recording was joined from several, and its sound may overlap at the joints.
    var isJoined = false
    /// Bytes of all packets.
    private(set) var bytes = 0
    /// The longest time without an IDR picture that may be, in the stream's time base.
    let maxInterval: Int64

    private var previous: Int64?
    private var step: Int64 = 0
    private var undated = UndatedStart()
    private let secondsPerTick: Double
    private var counter = PictureRate()

    /// - Parameter secondsPerTick: of the stream's time base.
    init(maxInterval: Int64 = .max, secondsPerTick: Double) {
        self.maxInterval = maxInterval
        self.secondsPerTick = secondsPerTick
    }

    /// Notes the next packet in decoding order.
    mutating func add(
        dts: Int64?, duration: Int64 = 0, bytes size: Int = 0, isIDR: Bool, isDiscarded: Bool
    ) {
        count += 1
        bytes += size
        if count == 1 && !isIDR { note("it does not begin with an IDR picture") }
        if isDiscarded { note("an edit list hides some pictures") }
        guard let dts else {
            if previous != nil || !undated.hold() { note("packets without timestamps") }
            return
        }
        if let previous {
            if dts <= previous { note("timestamps that do not rise") }
            step = dts - previous
            if dts - (idr.last ?? dts) > maxInterval { note(Self.tooFarApart) }
            if step > maxInterval / 2 { note(Self.standsStill) }
            if isIDR { idr.append(dts) }
        } else {
            start = undated.dates(before: dts, duration: duration).first ?? dts
            idr = [start ?? dts]
        }
        previous = dts
        end = dts + step
        // Counted, because a container may state any rate.
        let rate = counter.add(Double(dts) * secondsPerTick) ?? 0
        if rate > CopyRules.maxFrameRate { note("\(Int(rate.rounded())) frames per second") }
    }

    /// Pictures in a second of what was seen, on average; nil before there are two.
    var averageRate: Double? {
        let span = Double(end - (start ?? end)) * secondsPerTick
        return count > 1 && span > 0 ? Double(count) / span : nil
    }

    /// Notes a jump where it is longer than a limit, in the stream's time base.
    mutating func noteJump(to dts: Int64?, ahead: Int64, back: Int64) {
        guard let dts, let previous, dts - previous > ahead || previous - dts > back else { return }
        isJoined = true
        note("times that jump")
    }

    /// Only the first obstacle is told; the others often follow from it.
    mutating func note(_ what: String) {
        obstacle = obstacle ?? what
    }

    /// Nothing speaks against a copy so far, and enough was seen to say so.
    var promisesCopy: Bool { obstacle == nil && idr.count > 2 }

    /// The longest time between two IDR pictures, or from the last one to the end, in the stream's time base.
    var longestInterval: Int64 {
        zip(idr, idr.dropFirst() + [end]).map { $1 - $0 }.max() ?? 0
    }
}
