/// Chooses at which of a copied stream's IDR pictures segments begin.
struct SegmentGrid {
    /// A segment shorter than this share of the target is joined to its neighbour.
    static let sliverShare = 0.25

    /// DTS of the pictures that begin a segment, without the first, in the stream's time base.
    let cuts: [Int64]

    /// Each segment ends at the IDR picture that is nearest to the target, of those that leave all segments behind it within
    /// bounds: none is a sliver or much longer than twice the target. Nil where no choice does.
    ///
    /// All in the stream's time base; `idr` rises and begins with the first picture.
    init?(idr: [Int64], end: Int64, target: Int64) {
        guard let start = idr.first, idr.count > 1 else {
            cuts = []
            return
        }
        let shortest = max(1, Int64(Double(target) * Self.sliverShare))
        let longest = Int64(Double(target) * CopyRules.longestSegment)
        let places = idr.dropFirst().filter { $0 < end } + [end]
        let canFollow = Self.canFollow(places, shortest, longest)
        var cuts: [Int64] = []
        var (from, first) = (start, 0)
        while from < end {
            while first < places.count - 1, places[first] - from < shortest { first += 1 }
            var best: Int?
            for place in first..<places.count {
                guard places[place] - from <= longest else { break }
                let distance = abs(places[place] - from - target)
                guard canFollow[place], distance < best.map({ abs(places[$0] - from - target) }) ?? .max
                else { continue }
                best = place
            }
            guard let best else { return nil }
            (from, first) = (places[best], best + 1)
            if from < end { cuts.append(from) }
        }
        self.cuts = cuts
    }

    /// For each place whether segments within bounds lead from there to the last one, which is the end.
    private static func canFollow(_ places: [Int64], _ shortest: Int64, _ longest: Int64) -> [Bool] {
        var canFollow = [Bool](repeating: false, count: places.count)
        canFollow[places.count - 1] = true
        // The window of places that a segment from here may reach, and how many of them can go on.
        var (near, far, count) = (places.count, places.count, 0)
        for place in (0..<places.count - 1).reversed() {
            while near > place + 1, places[near - 1] - places[place] >= shortest {
                near -= 1
                if canFollow[near] { count += 1 }
            }
            while far > near, places[far - 1] - places[place] > longest {
                far -= 1
                if canFollow[far] { count -= 1 }
            }
            canFollow[place] = count > 0
        }
        return canFollow
    }
}
