import Foundation
import Testing

@testable import Media

/// Writes a display matrix into an MP4's track header, as a phone does that was held sideways.
enum TrackHeader {
    /// The upper left four numbers of the matrix that asks a player for this turn (ISO/IEC 14496-12 §8.3.2).
    static func matrix(_ orientation: Orientation) -> (a: Int32, b: Int32, c: Int32, d: Int32) {
        switch orientation {
        case .upright: (1, 0, 0, 1)
        case .mirrored: (-1, 0, 0, 1)
        case .turned180: (-1, 0, 0, -1)
        case .upsideDown: (1, 0, 0, -1)
        case .clockwise: (0, 1, -1, 0)
        case .counterclockwise: (0, -1, 1, 0)
        case .transposed: (0, 1, 1, 0)
        case .transverse: (0, -1, -1, 0)
        }
    }

    /// Patches the first track of `file`. The matrix stands 44 bytes behind the start of the name (version 0).
    static func set(_ orientation: Orientation, in file: URL) throws {
        var data = try Data(contentsOf: file)
        let name = try #require(data.range(of: Data("tkhd".utf8)))
        let (a, b, c, d) = matrix(orientation)
        let numbers = [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30]
        let bytes = numbers.flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
        }
        let start = name.lowerBound + 44
        data.replaceSubrange(start..<start + 36, with: bytes)
        try data.write(to: file)
    }
}
