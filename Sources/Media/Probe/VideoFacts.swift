/// What a probe knows of one video stream.
package struct VideoFacts: Sendable, Equatable {
    /// Index of the stream in its container.
    package let streamIndex: Int
    /// libav's name: "h264", "hevc", …
    package let codec: String
    /// libav's number of the profile; -99 where unknown.
    package let profile: Int
    /// As the codec counts: 41 is H.264 level 4.1.
    package let level: Int
    /// Coded pixels, before rotation.
    package let width: Int
    package let height: Int
    /// libav's name: "yuv420p", "yuv420p10le", …
    package let pixelFormat: String
    package let bitDepth: Int
    /// How the picture must be turned to be upright.
    package let orientation: Orientation
    /// Shape of one pixel, width over height; 1 where unknown.
    package let sampleAspectRatio: Ratio
    /// Frames per second on average; 0 where unknown.
    package let frameRate: Double
    package let scan: Scan
    /// libav's name of the transfer characteristics: "bt709", "smpte2084", …; "unknown" where not said.
    package let transfer: String

    /// Whether the file says by which matrix its colours were made.
    package let hasMatrix: Bool
    /// How much colour and light the picture has.
    package let gamut: Gamut

    /// What a screen needs to show the colours as they were filmed.
    package enum Gamut: String, Sendable {
        /// BT.709 or smaller: every screen.
        case standard
        /// BT.2020 without high dynamic range.
        case wide
        /// PQ or HLG.
        case hdr
    }

    /// How the lines of a picture were taken.
    package enum Scan: String, Sendable {
        case progressive
        case interlaced
        case unknown
    }

    /// Screen recorders write RGB; everything else is YCbCr or grey.
    package var isRGB: Bool {
        ["rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8"].contains { pixelFormat.hasPrefix($0) }
    }

    /// "h264 1920x1080 yuv420p 30 fps".
    package var summary: String {
        "\(codec) \(width)x\(height) \(pixelFormat) \(Int((frameRate * 100).rounded()) / 100) fps"
    }
}
