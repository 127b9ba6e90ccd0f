import CLibAV

/// What a stream says of its colours, by the numbers of ITU-T H.273, which are libav's and H.264's too.
struct ColourTags: Equatable, Sendable {
    /// H.273: 2 stands for "not said" in all three.
    private static let unsaid = 2
    private static let bt709 = 1
    private static let smpte170M = 6
    private static let bt470BG = 5

    static let unknown = ColourTags(primaries: unsaid, transfer: unsaid, matrix: unsaid, isFull: false)
    /// What every screen shows: BT.709, limited range.
    static let standard = ColourTags(primaries: bt709, transfer: bt709, matrix: bt709, isFull: false)

    var primaries: Int
    var transfer: Int
    var matrix: Int
    /// Black is 0 and white 255, not 16 and 235.
    var isFull: Bool

    /// Whether players take pictures of so many lines for BT.709 where their matrix is not said, and not for BT.601.
    static func isTakenForBT709(lines: Int) -> Bool { lines >= 720 }

    /// With what a player would guess in place of what is not said.
    func guessed(lines: Int) -> ColourTags {
        var tags = self
        if matrix == Self.unsaid {
            tags.matrix = Self.isTakenForBT709(lines: lines) ? Self.bt709 : Self.smpte170M
        }
        // A matrix of one standard with the primaries of none is shown as whatever comes to a player's mind.
        let companion: (primaries: Int, transfer: Int) =
            switch tags.matrix {
            case Self.bt709: (Self.bt709, Self.bt709)
            case Self.smpte170M: (Self.smpte170M, Self.smpte170M)
            case Self.bt470BG: (Self.bt470BG, Self.smpte170M)
            default: (Self.unsaid, Self.unsaid)
            }
        if primaries == Self.unsaid { tags.primaries = companion.primaries }
        if transfer == Self.unsaid { tags.transfer = companion.transfer }
        return tags
    }

    /// Whether both are shown alike: the two matrices of BT.601 have the same numbers.
    func isShownLike(_ other: ColourTags) -> Bool {
        func family(_ matrix: Int) -> Int { matrix == Self.bt470BG ? Self.smpte170M : matrix }
        return family(matrix) == family(other.matrix) && isFull == other.isFull
    }
}

extension ColourTags {
    /// What libav knows of a stream, from its container or its own headers.
    init(_ parameters: AVCodecParameters) {
        self.init(
            primaries: Int(parameters.color_primaries.rawValue), transfer: Int(parameters.color_trc.rawValue),
            matrix: Int(parameters.color_space.rawValue), isFull: parameters.color_range == AVCOL_RANGE_JPEG)
    }
}
