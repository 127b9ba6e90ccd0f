/// Tells one wrong time of a stream, or those of one unit of packets, from a clock that begins anew: behind it, the stream
/// goes on where it was before.
struct ClockLeap {
    /// When a packet began and ended, in seconds.
    typealias Span = (start: Double, end: Double)

    /// A time this far from where a stream should go on does not follow (seconds).
    static let tolerance = 0.3
    /// Seconds of packets that one wrong time may be of: a transport stream has a time for many frames of sound.
    private static let longestRun = 2.0

    /// From one packet's start to the next one's, as long as they follow one another.
    private(set) var step = 0.0
    /// What the stream's times were moved by before the last leap, and where it should have gone on; nil after none.
    private var before: (offset: Double, goal: Double)?
    /// Where the packet that leapt begins.
    private var landing = 0.0

    /// Whether a time goes on from the last packet.
    func follows(_ time: Double, _ last: Span) -> Bool {
        time - last.start >= -Self.tolerance && time - goal(behind: last) <= Self.tolerance
    }

    /// Notes a packet's time that follows the last one, moved as it is.
    mutating func goOn(at time: Double, _ last: Span) {
        if time > last.start { step = time - last.start }
        if time - landing > Self.longestRun { before = nil }
    }

    /// Notes a packet that does not follow the last one.
    ///
    /// - Parameters:
    ///   - offset: what times were moved by so far.
    ///   - time: the packet's, moved as it is from now on.
    mutating func leap(from last: Span, offset: Double, to time: Double) {
        before = (offset, goal(behind: last))
        landing = time
    }

    /// The last leap was made by a wrong time.
    mutating func forget() { before = nil }

    /// What times were moved by before the last leap, where this one, which does not follow, goes on from there; nil
    /// otherwise.
    ///
    /// - Parameter time: not moved.
    func offset(before time: Double, _ last: Span) -> Double? {
        guard let before, last.start - landing <= Self.longestRun else { return nil }
        let goal = before.goal + goal(behind: last) - landing
        return abs(time + before.offset - goal) <= Self.tolerance ? before.offset : nil
    }

    /// Where the next packet should begin: of those that say how long they last, where the last one ends.
    private func goal(behind last: Span) -> Double { max(last.end, last.start + step) }
}
