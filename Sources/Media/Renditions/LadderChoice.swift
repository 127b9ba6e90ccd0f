import Domain

/// Which of the renditions that were made a lesson keeps, by what was measured of them.
struct LadderChoice: Equatable {
    /// The largest first.
    private(set) var kept: [Rendition] = []
    /// Those that would only cost storage, and why.
    private(set) var dropped: [(name: RenditionName, reason: String)] = []

    /// - Parameters:
    ///   - made: all, the first rendition too.
    ///   - maxBitrate: bits per second of the best one; a first rendition above it gives way to another.
    init(_ made: [Rendition], maxBitrate: Int) {
        var left = made.sorted { Self.rank($0) > Self.rank($1) }
        if left.count > 1, let first = left.firstIndex(where: { $0.name == .first }),
            left[first].averageBandwidth > maxBitrate
        {
            drop(left.remove(at: first), "more than \(maxBitrate / 1000) kbit/s")
        }
        let lowest = left.last
        for rendition in left {
            guard let above = kept.last, !Self.isWorthwhile(rendition, below: above) else {
                kept.append(rendition)
                continue
            }
            let isFloor = rendition == lowest && above.averageBandwidth > LadderPlan.floor
            if isFloor {
                // Something has to play on a poor line: the one above it goes, where it is not the best.
                while kept.count > 1, let above = kept.last, !Self.isWorthwhile(rendition, below: above) {
                    drop(kept.removeLast(), Self.reason(rendition))
                }
                kept.append(rendition)
            } else {
                drop(rendition, Self.reason(above))
            }
        }
    }

    static func == (one: LadderChoice, other: LadderChoice) -> Bool {
        one.kept == other.kept && one.dropped.map(\.name) == other.dropped.map(\.name)
    }

    private mutating func drop(_ rendition: Rendition, _ reason: String) {
        dropped.append((rendition.name, reason))
    }

    private static func reason(_ neighbour: Rendition) -> String {
        "its rate is too near to that of \(neighbour.name)"
    }

    private static func isWorthwhile(_ rendition: Rendition, below above: Rendition) -> Bool {
        Double(rendition.averageBandwidth) <= LadderPlan.worthwhileShare * Double(above.averageBandwidth)
    }

    /// Size first, then the rate: slides keep their size.
    private static func rank(_ rendition: Rendition) -> (Int, Int) {
        (rendition.width * rendition.height, rendition.averageBandwidth)
    }
}
