import Crypto
import Domain
import Files
import Formats
import MediaClient
import MediaProtocol

/// The video of a form that was read to its end: of an accepted type by its name, or without any in its name.
struct ReceivedVideo: ~Copyable {
    let file: StagingFile
    private(set) var filename: Filename
    private var prepared: PreparedMedia?
    private var contentDigest: [UInt8] = []

    init(file: consuming StagingFile, filename: Filename) {
        self.file = file
        self.filename = filename
    }

    /// Takes it out of `form`. Refuses with `missing_field`.
    init(_ form: inout VideoForm) throws(Refusal) {
        guard let filename = form.filename, let file = form.takeVideo() else {
            throw Refusal(.missingField, "video is missing.", field: "video")
        }
        self.file = file
        self.filename = filename
        prepared = form.takePrepared()
        contentDigest = form.takeDigest()
    }

    /// Of what is inside, the name as it came, and what was said beside them. For a form of which one was to be made.
    borrowing func digest(with texts: [String?]) -> String {
        let said = ([filename.value] + texts).map { $0.map { JSONValue.string($0) } ?? .null }
        return Hexadecimal.lowercase(
            SHA256Digest.of(JSONValue.array(said).serialized() + contentDigest))
    }

    /// Looks inside. Refuses with `unsupported_media` where a lesson cannot be made of it.
    mutating func check(_ media: MediaProgram) throws(Refusal) {
        let fileExtension: String
        do {
            fileExtension = try media.probe(file.path, by: prepared.take())
        } catch {
            throw UnsupportedMedia.refusal(error)
        }
        filename = try Self.named(filename, fileExtension)
    }

    /// The process that is to look inside; nil where that is still to be started.
    mutating func takePrepared() -> PreparedMedia? {
        prepared.take()
    }

    /// A name without an extension, such as the `blob` of a page's recorder, gets the one of what is inside. That is said by
    /// the process that a hostile film may have taken over: what is no kind of video is refused with `unsupported_media`.
    static func named(_ filename: Filename, _ fileExtension: String) throws(Refusal) -> Filename {
        guard filename.pathExtension.isEmpty else { return filename }
        guard let type = VideoFileType(rawValue: fileExtension),
            let named = Filename(cleaning: "\(filename).\(type.rawValue)"), VideoFileType(of: named) == type
        else {
            throw UnsupportedMedia.extensionOf(filename)
        }
        return named
    }
}
