/// What was measured of a rendition that is on disk.
package struct Rendition: Equatable, Sendable {
    package let name: RenditionName
    /// Pixels of the upright picture.
    package let width: Int
    package let height: Int
    /// Frames per second, on average.
    package let frameRate: Double
    /// Bits per second of the largest segment, as it is stored: encrypted.
    package let bandwidth: Int
    /// Bits per second of all segments together.
    package let averageBandwidth: Int
    /// As RFC 6381 writes them, such as "avc1.64001E,mp4a.40.2".
    package let codecs: String
    /// Whether picture and sound are the original's own, not encoded anew.
    package let isCopy: Bool

    package init(
        name: RenditionName, width: Int, height: Int, frameRate: Double, bandwidth: Int,
        averageBandwidth: Int, codecs: String, isCopy: Bool
    ) {
        self.name = name
        self.width = width
        self.height = height
        self.frameRate = frameRate
        self.bandwidth = bandwidth
        self.averageBandwidth = averageBandwidth
        self.codecs = codecs
        self.isCopy = isCopy
    }

    /// What `max_height` and the settings call its height: an upright film is as high as it is wide.
    package var shorterSide: Int { min(width, height) }

    /// Whether a video can be like this, and its codecs stand in a playlist without meaning more there: what another
    /// process measured is looked at before it is written down.
    package var isPlausible: Bool {
        (1...16_384).contains(width) && (1...16_384).contains(height) && frameRate > 0 && frameRate <= 1000
            && (1...Self.maxBandwidth).contains(averageBandwidth)
            && (averageBandwidth...Self.maxBandwidth).contains(bandwidth)
            && (1...128).contains(codecs.utf8.count) && codecs.utf8.allSatisfy(Self.isOfCodecs)
    }

    private static let maxBandwidth = 10_000_000_000

    /// Letters, digits, points and commas (RFC 6381 §3.3 allows more, and no codec of ours has it).
    private static func isOfCodecs(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ","): true
        default: false
        }
    }
}
