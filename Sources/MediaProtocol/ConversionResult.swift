import Domain

/// What a finished conversion made.
package struct ConversionResult: Equatable, Sendable {
    /// Seconds: the sum of the playlist's `EXTINF`.
    package var duration: Double
    /// Number of segment files.
    package let segments: Int
    /// Bytes of all segments before encryption.
    package let bytes: Int
    /// RFC 6381 names: "avc1.64001f".
    package let videoCodec: String
    /// "mp4a.40.2"; nil for a silent lesson.
    package let audioCodec: String?
    /// Pixels as shown.
    package let width: Int
    package let height: Int
    /// What was done with which stream, and why; one line each.
    package let plan: String
    /// What was measured of it, as a lesson's first rendition.
    package let rendition: Rendition
    /// The lesson has all the renditions that it is to have.
    package let isComplete: Bool
    /// Why there is no poster; nil where there is one. A lesson without is a lesson all the same.
    package var posterFailure: String?

    package init(
        duration: Double, segments: Int, bytes: Int, videoCodec: String, audioCodec: String?, width: Int,
        height: Int, plan: String, rendition: Rendition, isComplete: Bool
    ) {
        self.duration = duration
        self.segments = segments
        self.bytes = bytes
        self.videoCodec = videoCodec
        self.audioCodec = audioCodec
        self.width = width
        self.height = height
        self.plan = plan
        self.rendition = rendition
        self.isComplete = isComplete
    }
}
