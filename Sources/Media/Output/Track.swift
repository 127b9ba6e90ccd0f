import CLibAV

/// The two streams of a lesson, in the order the segments carry them.
enum Track: Int, CaseIterable {
    case video = 0
    case audio = 1

    /// MPEG-TS counts in 90 kHz (ISO/IEC 13818-1 §2.4.3.7); everything behind the lanes does.
    static let timeBase = AVRational(num: 1, den: 90_000)
    static let ticksPerSecond = 90_000.0
}
