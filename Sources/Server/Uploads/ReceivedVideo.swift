import Domain
import Files
import Media

/// The video of a form that was read to its end: of an accepted type by its name and by what is inside.
struct ReceivedVideo: ~Copyable {
    let file: StagingFile
    let filename: Filename
    let type: VideoFileType

    /// Takes it out of `form`. Refuses with `missing_field` or `unsupported_media`.
    init(_ form: inout VideoForm) throws(Refusal) {
        guard let filename = form.filename, let file = form.takeVideo() else {
            throw Refusal(.missingField, "video is missing.", field: "video")
        }
        guard let type = VideoFileType(of: filename) else { throw UnsupportedMedia.extensionOf(filename) }
        do {
            _ = try Probe.examine(file.path, limits: .default)
        } catch {
            throw UnsupportedMedia.refusal(error)
        }
        self.file = file
        self.filename = filename
        self.type = type
    }
}
