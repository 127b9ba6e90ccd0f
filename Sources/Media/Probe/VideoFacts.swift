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
    package internal(set) var width: Int
    package internal(set) var height: Int
    /// libav's name: "yuv420p", "yuv420p10le", …
    package let pixelFormat: String
    package let bitDepth: Int
    /// How the picture must be turned to be upright.
    package let orientation: Orientation
    /// Shape of one pixel, width over height; 1 where unknown.
    package internal(set) var sampleAspectRatio: Ratio
    /// Frames per second on average; 0 where unknown. As the container says, or as was measured where that is no rate of
    /// a film.
    package internal(set) var frameRate: Double
    /// Frames per second that all times of the stream fit, as libav found; 0 where unknown.
    let baseRate: Double
    /// Frames per second of another part of the recording, of the one that has most.
    var laterRate = 0.0
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

    /// Frames per second that a decoder of the re-encoded film must be able to keep up with.
    ///
    /// Of a variable rate, the average says too little: the times all fit a higher one, if it is one of a film. A multiple of
    /// the average is none: it counts fields, or ticks.
    var highestRate: Double {
        let average = frameRate > 0 ? frameRate : Workload.usualRate
        let multiple = baseRate / average
        let isMultiple = multiple > 1.5 && abs(multiple - multiple.rounded()) < 0.02
        let isOfFilm = baseRate <= CopyRules.maxFrameRate
        let highest = isMultiple ? average : max(average, isOfFilm ? baseRate : Workload.usualRate)
        return min(max(highest, laterRate), PictureThinning.maxRate)
    }

    /// The same stream where its pictures have got another size and shape.
    func showing(width: Int, height: Int, sampleAspectRatio: Ratio) -> VideoFacts {
        var facts = self
        facts.width = width
        facts.height = height
        facts.sampleAspectRatio = sampleAspectRatio
        return facts
    }

    /// "h264 1920x1080 yuv420p 30 fps".
    package var summary: String {
        "\(codec) \(width)x\(height) \(pixelFormat) \(Int((frameRate * 100).rounded()) / 100) fps"
    }
}
