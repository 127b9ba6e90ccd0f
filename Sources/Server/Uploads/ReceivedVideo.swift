import Domain
import Files
import MediaProcess
import MediaProtocol

/// The video of a form that was read to its end: of an accepted type by its name.
struct ReceivedVideo: ~Copyable {
    let file: StagingFile
    let filename: Filename
    let type: VideoFileType
    private var prepared: PreparedMedia?

    init(file: consuming StagingFile, filename: Filename, type: VideoFileType) {
        self.file = file
        self.filename = filename
        self.type = type
    }

    /// Takes it out of `form`. Refuses with `missing_field` or `unsupported_media`.
    init(_ form: inout VideoForm) throws(Refusal) {
        guard let filename = form.filename, let file = form.takeVideo() else {
            throw Refusal(.missingField, "video is missing.", field: "video")
        }
        guard let type = VideoFileType(of: filename) else { throw UnsupportedMedia.extensionOf(filename) }
        self.file = file
        self.filename = filename
        self.type = type
        prepared = form.takePrepared()
    }

    /// Looks inside. Refuses with `unsupported_media` where a lesson cannot be made of it.
    mutating func check(_ media: MediaProgram) throws(Refusal) {
        do { try media.probe(file.path, by: prepared.take()) } catch { throw UnsupportedMedia.refusal(error) }
    }

    /// The process that is to look inside; nil where that is still to be started.
    mutating func takePrepared() -> PreparedMedia? {
        prepared.take()
    }
}
