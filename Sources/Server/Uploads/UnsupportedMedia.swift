import Domain
import Glibc
import MediaProtocol

/// The refusals of files that are no video this server can use.
enum UnsupportedMedia {
    static func extensionOf(_ filename: Filename, field: String = "video") -> Refusal {
        Refusal(.unsupportedMedia, "\(filename) is not one of: \(VideoFileType.list).", field: field)
    }

    /// Seconds; a machine that is short of time or memory may have some then.
    private static let retryAfter = 30

    /// What the probe found wrong, in words a trainer understands; or that it could not look.
    ///
    /// Only what the file itself did is the file's fault: a look that took too long, or that was killed from outside
    /// (SIGKILL, as the kernel does where memory runs out), says nothing of it.
    static func refusal(_ error: MediaError) -> Refusal {
        switch error.kind {
        case .unsupported:
            return Refusal(
                .unsupportedMedia, Message(error.message, among: French.files.keys), field: "video")
        case .deadline, .resource:
            return busy(error)
        case .crashed where error.code?.rawValue == SIGKILL:
            return busy(error)
        case .crashed:
            return Refusal(
                .unsupportedMedia, "The video cannot be read: looking into it fails.", field: "video")
        case .cancelled, .invalidOutput, .internal: break
        }
        var refusal = Refusal(.internal, "The video could not be looked into.")
        refusal.cause = error.description
        return refusal
    }

    private static func busy(_ error: MediaError) -> Refusal {
        var refusal = Refusal(
            .unavailable, "The server has no room to look into the video now; try again.",
            retryAfter: retryAfter)
        refusal.cause = error.description
        return refusal
    }
}
