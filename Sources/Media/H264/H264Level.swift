/// A level of H.264: the size and the number of pictures that its decoders must be able to take (ITU-T H.264 table A-1,
/// without 1b, which differs from 1 in its bit rate alone).
struct H264Level: Equatable {
    /// level_idc: 41 is level 4.1.
    let number: Int
    /// Macroblocks of 16 × 16 pixels, in a second (MaxMBPS).
    let maxPerSecond: Int
    /// Macroblocks of one picture (MaxFS).
    let maxPerPicture: Int
    /// Macroblocks of all pictures that a decoder keeps (MaxDpbMbs).
    let maxKept: Int

    /// From the lowest on.
    static let all: [H264Level] = [
        .init(10, 1_485, 99, 396), .init(11, 3_000, 396, 900), .init(12, 6_000, 396, 2_376),
        .init(13, 11_880, 396, 2_376), .init(20, 11_880, 396, 2_376), .init(21, 19_800, 792, 4_752),
        .init(22, 20_250, 1_620, 8_100), .init(30, 40_500, 1_620, 8_100), .init(31, 108_000, 3_600, 18_000),
        .init(32, 216_000, 5_120, 20_480), .init(40, 245_760, 8_192, 32_768),
        .init(41, 245_760, 8_192, 32_768), .init(42, 522_240, 8_704, 34_816),
        .init(50, 589_824, 22_080, 110_400), .init(51, 983_040, 36_864, 184_320),
        .init(52, 2_073_600, 36_864, 184_320), .init(60, 4_177_920, 139_264, 696_320),
        .init(61, 8_355_840, 139_264, 696_320), .init(62, 16_711_680, 139_264, 696_320),
    ]

    private init(_ number: Int, _ maxPerSecond: Int, _ maxPerPicture: Int, _ maxKept: Int) {
        self.number = number
        self.maxPerSecond = maxPerSecond
        self.maxPerPicture = maxPerPicture
        self.maxKept = maxKept
    }

    /// The lowest level for such pictures; nil where none goes so far.
    ///
    /// - Parameters:
    ///   - rate: pictures in a second. A hundredth more than a level allows still counts as within: rates are averages of
    ///     rounded times.
    ///   - references: pictures that a decoder keeps to predict others from, or to put them in order.
    static func needed(width: Int, height: Int, rate: Double, references: Int) -> H264Level? {
        let (columns, rows) = ((width + 15) / 16, (height + 15) / 16)
        return all.first { level in
            let side = 8 * level.maxPerPicture
            return columns * rows <= level.maxPerPicture && columns * columns <= side && rows * rows <= side
                && Double(columns * rows) * rate <= Double(level.maxPerSecond) * 1.01
                && columns * rows * references <= level.maxKept
        }
    }

    /// "3.1"
    static func name(_ number: Int) -> String { "\(number / 10).\(number % 10)" }
}
