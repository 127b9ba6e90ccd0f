import Domain
import Media

/// The refusals of files that are no video this server can use.
enum UnsupportedMedia {
    static func extensionOf(_ filename: Filename) -> Refusal {
        Refusal(
            .unsupportedMedia, "\(filename) is not one of: \(VideoFileType.list).", field: "video")
    }

    /// What the probe found wrong, in words a trainer understands.
    static func content(_ error: MediaError) -> Refusal {
        Refusal(.unsupportedMedia, error.message, field: "video")
    }
}
