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
}
