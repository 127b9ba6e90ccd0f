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
    /// Bits in a second, and in a decoder's buffer, of Baseline (MaxBR, MaxCPB); High has a quarter more.
    let maxRate: Int
    let maxBuffer: Int

    /// From the lowest on.
    static let all: [H264Level] = [
        .init(10, 1_485, 99, 396, rate: 64, buffer: 175), .init(11, 3_000, 396, 900, rate: 192, buffer: 500),
        .init(12, 6_000, 396, 2_376, rate: 384, buffer: 1_000),
        .init(13, 11_880, 396, 2_376, rate: 768, buffer: 2_000),
        .init(20, 11_880, 396, 2_376, rate: 2_000, buffer: 2_000),
        .init(21, 19_800, 792, 4_752, rate: 4_000, buffer: 4_000),
        .init(22, 20_250, 1_620, 8_100, rate: 4_000, buffer: 4_000),
        .init(30, 40_500, 1_620, 8_100, rate: 10_000, buffer: 10_000),
        .init(31, 108_000, 3_600, 18_000, rate: 14_000, buffer: 14_000),
        .init(32, 216_000, 5_120, 20_480, rate: 20_000, buffer: 20_000),
        .init(40, 245_760, 8_192, 32_768, rate: 20_000, buffer: 25_000),
        .init(41, 245_760, 8_192, 32_768, rate: 50_000, buffer: 62_500),
        .init(42, 522_240, 8_704, 34_816, rate: 50_000, buffer: 62_500),
        .init(50, 589_824, 22_080, 110_400, rate: 135_000, buffer: 135_000),
        .init(51, 983_040, 36_864, 184_320, rate: 240_000, buffer: 240_000),
        .init(52, 2_073_600, 36_864, 184_320, rate: 240_000, buffer: 240_000),
        .init(60, 4_177_920, 139_264, 696_320, rate: 240_000, buffer: 240_000),
        .init(61, 8_355_840, 139_264, 696_320, rate: 480_000, buffer: 480_000),
        .init(62, 16_711_680, 139_264, 696_320, rate: 800_000, buffer: 800_000),
    ]

    private init(
        _ number: Int, _ maxPerSecond: Int, _ maxPerPicture: Int, _ maxKept: Int, rate: Int, buffer: Int
    ) {
        maxRate = 1000 * rate
        maxBuffer = 1000 * buffer
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
    ///   - bits: most in a second, and most that are saved up; 0 where there is no limit.
    ///   - references: pictures that a decoder keeps to predict others from, or to put them in order.
    static func needed(
        width: Int, height: Int, rate: Double, bits: (rate: Int, buffer: Int) = (0, 0), references: Int
    ) -> H264Level? {
        let (columns, rows) = ((width + 15) / 16, (height + 15) / 16)
        return all.first { level in
            let side = 8 * level.maxPerPicture
            return columns * rows <= level.maxPerPicture && columns * columns <= side && rows * rows <= side
                && Double(columns * rows) * rate <= Double(level.maxPerSecond) * 1.01
                && columns * rows * references <= level.maxKept && bits.rate <= level.maxRate
                && bits.buffer <= level.maxBuffer
        }
    }

    /// "3.1"
    static func name(_ number: Int) -> String { "\(number / 10).\(number % 10)" }
}
