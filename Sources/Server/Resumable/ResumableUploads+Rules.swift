import Crypto
import Domain
import Files
import Formats
import Logging
import Settings

/// What is asked of a request before its body is read, and what it is told afterwards.
extension ResumableUploads {
    static var notFound: Refusal { Refusal(.notFound, "There is no such upload.") }
    static var expired: Refusal {
        Refusal(.uploadExpired, "The upload has rested or lasted for too long; begin it again.")
    }
    static var unreadable: Refusal { Refusal(.internal, "The upload cannot be read.") }

    /// `Upload-Length`. Refuses with `missing_field`, `malformed_request` or `too_large`.
    func length(_ tus: TusHeaders) throws(Refusal) -> Int {
        guard tus.concat == nil, tus.deferLength == nil else {
            let name = tus.concat == nil ? "Upload-Defer-Length" : "Upload-Concat"
            throw Refusal(.malformedRequest, "\(name) is not supported.", field: name)
        }
        let length = try Tus.number(tus.length, "Upload-Length")
        guard length > 0 else {
            throw Refusal(.malformedRequest, "Upload-Length must be more than 0.", field: "Upload-Length")
        }
        let limit = services.settings.maxUploadSize
        guard length <= limit.bytes else {
            throw Refusal(.tooLarge, "The upload is larger than \(limit) bytes.", field: "Upload-Length")
                .limited(
                    to: limit)
        }
        return length
    }

    /// The checksum of a part, whose body must be declared as one. Refuses with `unsupported_content_type` or
    /// `malformed_request`.
    func checksum(_ context: RequestContext, _ tus: TusHeaders) throws(Refusal) -> UploadChecksum? {
        let type = context.request.contentType.flatMap { MediaTypeHeader(parsing: $0) }
        guard type?.essence == Tus.contentType else {
            throw Refusal(
                .unsupportedContentType, "Content-Type must be \(Tus.contentType).", field: "Content-Type")
        }
        return try tus.checksum.map { (text) throws(Refusal) in try UploadChecksum(parsing: text) }
    }

    /// Whether so many bytes may come, beside what is under way. Refuses with `insufficient_storage`.
    func checkRoom(_ bytes: Int) throws(Refusal) { try services.space.check(bytes) }

    /// Refuses with `not_found` an upload that was removed while a request works on it, and with `upload_expired` one that
    /// has become too old.
    static func confirm(_ upload: borrowing LockedUpload, now: Timestamp) throws(Refusal) {
        let madeAt = try found { () throws(FileError) in try upload.madeAt() }
        guard now < madeAt.adding(seconds: ageSeconds) else { throw expired }
    }

    /// When an upload ends if nothing comes any more.
    static func end(of upload: borrowing LockedUpload) throws(Refusal) -> Timestamp {
        try found { () throws(FileError) in try upload.end(rest: restSeconds, age: ageSeconds) }
    }

    /// Refuses with `not_found` where the upload was removed while a request works on it.
    static func found<Value>(_ body: () throws(FileError) -> Value) throws(Refusal) -> Value {
        do { return try body() } catch { throw error.isNotFound ? notFound : Refusal(error) }
    }

    /// `Upload-Expires` of an upload that was touched at `time`.
    func expiry(_ time: Timestamp) -> String { time.adding(seconds: Self.restSeconds).httpDate }

    /// One line of the log; the upload by the beginning of its name on disk, which opens nothing.
    func log(_ event: Logger.Message, _ name: String, _ more: Logger.Metadata) {
        let own: Logger.Metadata = ["upload": "\(name.prefix(8))"]
        services.log.info(event, metadata: own.merging(more) { $1 })
    }
}

extension UploadID {
    /// Its name on disk: a digest of it, so that neither the tree nor an error that names a path gives it away.
    var storageName: String {
        Hexadecimal.lowercase(SHA256Digest.of(Array(value.utf8)).prefix(16))
    }
}
