/// How a film is converted unless a setting or an option says otherwise, and what these may say.
package enum ConversionDefaults {
    /// Target length of a segment, seconds.
    package static let segmentSeconds = 6
    package static let segmentSecondsRange = 1...30
    /// x264's preset.
    package static let preset = "veryfast"
    /// x264's constant rate factor; lower is better.
    package static let crf = 22
    package static let crfRange = 0...51
    /// Pixels of the upright picture's shorter side.
    package static let maxHeight = 1080
    package static let maxHeightRange = 144...4320
}
