import Crypto
import Domain
import Files
import Formats
import MediaClient

/// What an upload form holds: a few short fields, in any order, and one video, which goes straight to disk.
///
/// The file that is being written deletes itself unless it is committed, so a body that breaks off leaves nothing.
struct VideoForm: MultipartHandler, Fields, ~Copyable {
    /// The most bytes a plain field may have; the longest one is a callback's URL.
    private static let maxFieldBytes = 2048
    private static let videoField = "video"

    private enum Part {
        case video
        case field(String)
        /// A field nobody asks for: read past, so that a client may send more than this version knows.
        case ignored
    }

    private let known: Set<String>
    private let files: DataDirectory
    private let media: MediaProgram
    private var part = Part.ignored
    private var texts: [String: [UInt8]] = [:]
    private(set) var video: StagingFile?
    private(set) var filename: Filename?
    /// Whoever will look into the video: started when that begins, so as to be ready when it ends.
    private var prepared: PreparedMedia?
    private var digest: RunningDigest?
    private(set) var partCount = 0

    /// A form whose plain fields are `fields`. `isDigested`: the digest of the video will be asked for.
    init(fields: Set<String>, _ services: Services, isDigested: Bool) {
        self.known = fields
        self.files = services.files
        self.media = services.media
        digest = isDigested ? RunningDigest(.sha256) : nil
    }

    mutating func partBegan(_ header: PartHeader) throws(Refusal) {
        partCount += 1
        if header.name == Self.videoField {
            try beginVideo(header)
        } else if known.contains(header.name) {
            guard texts.updateValue([], forKey: header.name) == nil else {
                throw Refusal(.malformedRequest, "The form has \(header.name) twice.", field: header.name)
            }
            part = .field(header.name)
        } else {
            part = .ignored
        }
    }

    mutating func partBytes(_ bytes: Span<UInt8>) throws(Refusal) {
        switch part {
        case .ignored: return
        case .video:
            digest?.update(bytes)
            do { try video?.write(bytes) } catch { throw Refusal(error) }
        case .field(let name): try append(bytes, to: name)
        }
    }

    mutating func partEnded() throws(Refusal) {
        part = .ignored
    }

    /// Bytes of the video so far, while what comes next belongs to it; nil before and afterwards.
    var openVideoByteCount: Int? {
        guard case .video = part else { return nil }
        return switch video {
        case .some(let file): file.byteCount
        case .none: nil
        }
    }

    /// The received file, which is the caller's from now on.
    mutating func takeVideo() -> StagingFile? {
        video.take()
    }

    /// Hands out the process that will look into the video, once.
    mutating func takePrepared() -> PreparedMedia? {
        prepared.take()
    }

    /// The digest of the received file; empty where it was not to be made.
    mutating func takeDigest() -> [UInt8] {
        guard let digest = digest.take() else { return [] }
        return digest.finish()
    }

    /// The text of a plain field; nil where it is missing or empty. Refuses what is not UTF-8.
    borrowing func text(_ name: String) throws(Refusal) -> String? {
        guard let bytes = texts[name], !bytes.isEmpty else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Refusal(.malformedRequest, "\(name) is not UTF-8.", field: name)
        }
        return text
    }

    private mutating func beginVideo(_ header: PartHeader) throws(Refusal) {
        guard video == nil else {
            throw Refusal(.malformedRequest, "The form has more than one video.", field: Self.videoField)
        }
        guard let sent = header.filename, !sent.isEmpty else {
            throw Refusal(.missingField, "video has no file.", field: Self.videoField)
        }
        filename = try UploadRules.filename(sent, field: Self.videoField)
        do { video = try files.makeStagingFile() } catch { throw Refusal(error) }
        prepared = media.prepare()
        part = .video
    }

    private mutating func append(_ bytes: Span<UInt8>, to name: String) throws(Refusal) {
        guard (texts[name]?.count ?? 0) + bytes.count <= Self.maxFieldBytes else {
            throw Refusal(
                .malformedRequest, "\(name) is longer than \(Self.maxFieldBytes) bytes.", field: name)
        }
        for index in bytes.indices { texts[name]?.append(bytes[index]) }
    }
}
