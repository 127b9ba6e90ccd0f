import Domain
import MediaProtocol

/// The refusals of files that are no video this server can use.
enum UnsupportedMedia {
    static func extensionOf(_ filename: Filename) -> Refusal {
        Refusal(
            .unsupportedMedia, "\(filename) is not one of: \(VideoFileType.list).", field: "video")
    }

    /// What the probe found wrong, in words a trainer understands; or that it could not look.
    static func refusal(_ error: MediaError) -> Refusal {
        switch error.kind {
        case .unsupported: return Refusal(.unsupportedMedia, error.message, field: "video")
        case .crashed:
            return Refusal(
                .unsupportedMedia, "The video cannot be read: looking into it fails.", field: "video")
        case .deadline:
            return Refusal(.unsupportedMedia, "The video cannot be read: it takes too long.", field: "video")
        case .resource, .cancelled, .invalidOutput, .internal: break
        }
        var refusal = Refusal(.internal, "The video could not be looked into.")
        refusal.cause = error.description
        return refusal
    }
}
