import Domain
import Files
import Logging
import MediaClient
import MediaProtocol

/// A presentation's files as they will be served.
struct PreparedPresentation: ~Copyable {
    /// With its index in front of its media where it was behind: a browser then plays it while it loads. Where that
    /// cannot be done, as it came: it plays all the same.
    let file: StagingFile
    let filename: Filename
    let type: VideoFileType
    /// Nil where none can be made: the presentation is one without it too.
    let poster: StagingFile?

    /// Looks inside. Refuses with `unsupported_media` what is no video.
    init(_ video: consuming ReceivedVideo, _ services: Services) throws(Refusal) {
        let rewritten = try Self.stagingFile(services)
        let poster = try Self.stagingFile(services)
        let result: PresentationResult
        do {
            result = try services.media.present(
                video.file.path, to: rewritten.path, poster: poster.path, by: video.takePrepared())
        } catch {
            throw UnsupportedMedia.refusal(error)
        }
        let name = try ReceivedVideo.named(video.filename, result.fileExtension)
        guard let type = VideoFileType(of: name) else { throw UnsupportedMedia.extensionOf(name) }
        for (event, failure) in [
            ("fast_start_failed", result.fastStartFailure), ("poster_failed", result.posterFailure),
        ] {
            if let failure { services.log.warning("\(event)", metadata: ["cause": "\(failure)"]) }
        }
        self.filename = name
        self.type = type
        file = result.isRewritten ? rewritten : video.file
        if result.posterFailure == nil { self.poster = consume poster } else { self.poster = nil }
    }

    private static func stagingFile(_ services: Services) throws(Refusal) -> StagingFile {
        do { return try services.files.makeStagingFile() } catch { throw Refusal(error) }
    }
}
