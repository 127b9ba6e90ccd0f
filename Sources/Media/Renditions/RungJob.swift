import Crypto
import Domain
import MediaProtocol

/// One rendition that is made: everything that its thread has to know.
struct RungJob: Sendable {
    /// What the renditions that are made beside each other have in common.
    struct Common: Sendable {
        /// Where they are written.
        let directory: String
        /// When each segment begins, in the first rendition's clock (90 kHz).
        let cuts: [Int64]
        /// What the muxer adds to times.
        let lead: Int64
        /// Seconds of the lesson, and of its longest segment.
        let seconds: Double
        let longestSegment: Double
        /// Hz of the first rendition's sound; nil for a silent lesson.
        let soundRate: Int32?
        let sound: SharedSound
        /// Of the pictures that are decoded.
        let video: VideoFacts
        let colours: ColourTags
        let options: ConversionOptions
        let capture: LogCapture
        let cancellation: Cancellation
    }

    let name: RenditionName
    let settings: RungSettings
    let key: ContentKey
    /// Of its encoder.
    let threads: Int
    /// The text of its playlist, written once all its segments are there.
    let playlist: String
    let common: Common

    var encoding: VideoSettings {
        VideoSettings(
            common.video, common.colours, options: common.options, rung: settings,
            seconds: common.seconds, longestSegment: common.longestSegment)
    }
}
