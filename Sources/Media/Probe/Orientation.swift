/// How a stored picture has to be turned or mirrored to be upright: one of the eight ways a square can lie.
package enum Orientation: String, Sendable, CaseIterable {
    case upright
    case mirrored
    case turned180 = "turned by 180°"
    case upsideDown = "upside down"
    case clockwise = "turned by 90°"
    case counterclockwise = "turned by 270°"
    case transposed
    case transverse

    /// From a display matrix (display.h: the nine numbers of ISO/IEC 14496-12 §8.3.2, row by row), of which
    /// the upper left four say where the right and the down of the stored picture go.
    init(matrix: [Int32]) {
        guard matrix.count == 9 else {
            self = .upright
            return
        }
        let (a, b, c, d) = (matrix[0], matrix[1], matrix[3], matrix[4])
        // A camera's matrix is never oblique; one that is gets the nearest right angle.
        if max(abs(Int64(a)), abs(Int64(d))) >= max(abs(Int64(b)), abs(Int64(c))) {
            self = a < 0 ? (d < 0 ? .turned180 : .mirrored) : (d < 0 ? .upsideDown : .upright)
        } else {
            self = b > 0 ? (c < 0 ? .clockwise : .transposed) : (c > 0 ? .counterclockwise : .transverse)
        }
    }

    /// Whether width and height change places.
    package var swapsSides: Bool {
        switch self {
        case .upright, .mirrored, .turned180, .upsideDown: false
        case .clockwise, .counterclockwise, .transposed, .transverse: true
        }
    }

    /// The libavfilter chain that does it; nil for none.
    var filter: String? {
        switch self {
        case .upright: nil
        case .mirrored: "hflip"
        case .turned180: "hflip,vflip"
        case .upsideDown: "vflip"
        case .clockwise: "transpose=clock"
        case .counterclockwise: "transpose=cclock"
        case .transposed: "transpose=cclock_flip"
        case .transverse: "transpose=clock_flip"
        }
    }
}
