/// Chooses at which of a copied stream's IDR pictures segments begin.
struct SegmentGrid {
    /// A segment shorter than this share of the target is joined to its neighbour.
    static let sliverShare = 0.25

    /// DTS of the pictures that begin a segment, without the first, in the stream's time base.
    let cuts: [Int64]

    /// Each segment ends at the IDR picture that is nearest to the target, and none is a sliver.
    ///
    /// All in the stream's time base; `idr` rises and begins with the first picture.
    init(idr: [Int64], end: Int64, target: Int64) {
        var cuts: [Int64] = []
        guard var start = idr.first else {
            self.cuts = []
            return
        }
        let shortest = Double(target) * Self.sliverShare
        for (candidate, next) in zip(idr.dropFirst(), idr.dropFirst(2) + [end]) {
            let length = candidate - start
            guard Double(length) >= shortest, abs(length - target) <= abs(next - start - target) else {
                continue
            }
            guard Double(end - candidate) >= shortest else { break }
            cuts.append(candidate)
            start = candidate
        }
        self.cuts = cuts
    }
}
