import CLibAV

/// How many of a picture's samples are how bright, of the first plane alone.
struct BrightnessHistogram {
    private static let levels = 64
    /// Every fourth sample of every fourth row tells as much.
    private static let step = 4

    private let shares: [Double]

    /// Counts the first plane: luma, or of packed RGB whichever bytes come.
    init(_ frame: Frame) {
        var counts = [Double](repeating: 0, count: Self.levels)
        let picture = frame.pointer.pointee
        let depth = Int(av_pix_fmt_desc_get(AVPixelFormat(picture.format))?.pointee.comp.0.depth ?? 8)
        let row = Int(picture.linesize.0)
        // One bit per pixel has shorter rows.
        let columns = min(Int(picture.width), depth > 8 ? row / 2 : row)
        var total = 0.0
        if let plane = picture.data.0, depth <= 16, row > 0 {
            for y in stride(from: 0, to: Int(picture.height), by: Self.step) {
                for x in stride(from: 0, to: columns, by: Self.step) {
                    let place = UnsafeRawPointer(plane) + y * row
                    let value =
                        depth > 8
                        ? Int(place.load(fromByteOffset: 2 * x, as: UInt16.self)) >> (depth - 6)
                        : Int(place.load(fromByteOffset: x, as: UInt8.self)) >> 2
                    counts[min(Self.levels - 1, value)] += 1
                    total += 1
                }
            }
        }
        shares = counts.map { $0 / max(1, total) }
    }

    /// The share of the samples that are of the brightness most of them have: 1 of a picture that is all black.
    var largestShare: Double { shares.max() ?? 1 }
}
