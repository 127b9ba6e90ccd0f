/// What an H.264 stream says of its pictures (ITU-T H.264 §7.3.2.1.1, §E.1.1).
struct SequenceParameterSet: Equatable {
    /// Table E-1: the shapes of a pixel that have a number, from 1 on.
    private static let aspects: [(Int, Int)] = [
        (1, 1), (12, 11), (10, 11), (16, 11), (40, 33), (24, 11), (20, 11), (32, 11), (80, 33), (18, 11),
        (15, 11),
        (64, 33), (160, 99), (4, 3), (3, 2), (2, 1),
    ]
    /// §7.3.2.1.1: the profiles whose sets tell of chroma formats and scaling lists.
    private static let highProfiles: Set<Int> = [
        100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135,
    ]

    /// profile_idc
    let profile: Int
    /// level_idc
    let level: Int
    /// Pixels that are shown.
    private(set) var width = 0
    private(set) var height = 0
    /// Pictures that are kept to predict others from.
    private(set) var references = 0
    /// Shape of one pixel; 1 where it is not said.
    private(set) var sampleAspectRatio = Ratio.one
    private(set) var colours = ColourTags.unknown

    /// Nil where the unit is none, or ends too early.
    init?(unit: some Collection<UInt8>) {
        guard let header = unit.first, header & 0x1F == 7, unit.count > 4 else { return nil }
        var reader = BitReader(unit: unit)
        profile = reader.bits(8)
        _ = reader.bits(8)
        level = reader.bits(8)
        _ = reader.golomb()
        let chroma = Self.highProfiles.contains(profile) ? Self.chromaFormat(&reader) : 1
        _ = reader.golomb()
        Self.skipPictureOrder(&reader)
        references = reader.golomb()
        _ = reader.flag()
        readSize(&reader, chroma)
        if reader.flag() { readUsability(&reader) }
        guard !reader.isPastEnd, width > 0, height > 0 else { return nil }
    }

    /// chroma_format_idc, and what follows it.
    private static func chromaFormat(_ reader: inout BitReader) -> Int {
        let format = reader.golomb()
        if format == 3 { _ = reader.flag() }
        _ = reader.golomb()
        _ = reader.golomb()
        _ = reader.flag()
        if reader.flag() {
            for list in 0..<(format == 3 ? 12 : 8) where reader.flag() {
                skipScalingList(&reader, size: list < 6 ? 16 : 64)
            }
        }
        return format
    }

    /// §7.3.2.1.1.1
    private static func skipScalingList(_ reader: inout BitReader, size: Int) {
        var (last, next) = (8, 8)
        for _ in 0..<size {
            if next != 0 { next = (last + reader.signedGolomb() + 256) % 256 }
            last = next == 0 ? last : next
        }
    }

    private static func skipPictureOrder(_ reader: inout BitReader) {
        switch reader.golomb() {
        case 0: _ = reader.golomb()
        case 1:
            _ = reader.flag()
            _ = reader.signedGolomb()
            _ = reader.signedGolomb()
            for _ in 0..<min(255, reader.golomb()) { _ = reader.signedGolomb() }
        default: break
        }
    }

    private mutating func readSize(_ reader: inout BitReader, _ chroma: Int) {
        // More than any level has, and nothing that could overflow.
        let columns = min(1 << 12, reader.golomb() + 1)
        let rows = min(1 << 12, reader.golomb() + 1)
        let isFrames = reader.flag()
        if !isFrames { _ = reader.flag() }
        _ = reader.flag()
        width = 16 * columns
        height = 16 * rows * (isFrames ? 1 : 2)
        guard reader.flag() else { return }
        // Tables 6-1 and 7-1: cropping counts in chroma samples, and in pairs of lines where there are fields.
        let unit = (chroma == 1 || chroma == 2 ? 2 : 1, (chroma == 1 ? 2 : 1) * (isFrames ? 1 : 2))
        width -= unit.0 * min(width, reader.golomb() + reader.golomb())
        height -= unit.1 * min(height, reader.golomb() + reader.golomb())
    }

    /// aspect_ratio_idc and what follows it; 0 where it says nothing.
    private static func aspect(_ reader: inout BitReader) -> (Int, Int) {
        let number = reader.bits(8)
        if number == 255 { return (reader.bits(16), reader.bits(16)) }
        return aspects.indices.contains(number - 1) ? aspects[number - 1] : (0, 0)
    }

    /// §E.1.1, as far as the colours.
    private mutating func readUsability(_ reader: inout BitReader) {
        if reader.flag() {
            let (wide, high) = Self.aspect(&reader)
            if wide > 0, high > 0 { sampleAspectRatio = Ratio(numerator: wide, denominator: high) }
        }
        if reader.flag() { _ = reader.flag() }
        guard reader.flag() else { return }
        _ = reader.bits(3)
        colours.isFull = reader.flag()
        guard reader.flag() else { return }
        colours.primaries = reader.bits(8)
        colours.transfer = reader.bits(8)
        colours.matrix = reader.bits(8)
    }
}
