import Domain
import Media

/// The refusals of files that are no video this server can use.
enum UnsupportedMedia {
    static func extensionOf(_ filename: Filename) -> Refusal {
        Refusal(
            .unsupportedMedia, "\(filename) is not one of: \(VideoFileType.list).", field: "video")
    }

    /// What the probe found wrong, in words a trainer understands; or that it could not look.
    static func refusal(_ error: MediaError) -> Refusal {
        guard error.kind != .unsupported else {
            return Refusal(.unsupportedMedia, error.message, field: "video")
        }
        var refusal = Refusal(.internal, "The video could not be looked into.")
        refusal.cause = error.description
        return refusal
    }
}
