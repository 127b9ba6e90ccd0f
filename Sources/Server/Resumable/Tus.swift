import Domain
import Formats

/// What the tus protocol (tus 1.0.0) says with every answer below `/upload/tus/`.
struct Tus: Sendable {
    static let version = "1.0.0"
    static let prefix = "/upload/tus/"
    static let contentType = "application/offset+octet-stream"
    private static let extensions = "creation,creation-with-upload,termination,expiration,checksum"
    /// To be added to what pages may read elsewhere.
    static let exposed =
        ", Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, Upload-Offset, "
        + "Upload-Length, Upload-Metadata, Upload-Expires, Focust-Task-Id, Focust-Status-Url, Focust-File-Url"
    /// What clients of the protocol send.
    static let requestHeaders =
        "Tus-Resumable, Upload-Length, Upload-Offset, Upload-Metadata, Upload-Checksum, Upload-Defer-Length, "
        + "Upload-Concat, X-HTTP-Method-Override"

    let maxSize: ByteCount

    static func covers(_ path: String) -> Bool { path.hasPrefix(prefix) }

    /// The method that is meant: some clients can only POST, and say the rest in `X-HTTP-Method-Override`.
    static func method(of request: HTTPRequest) -> String {
        guard request.method == HTTPMethod.post.rawValue, covers(request.path),
            let method = request.tus?.methodOverride
        else { return request.method }
        return method
    }

    /// Every answer names the version, refusals too.
    static func headers(for request: HTTPRequest) -> [(name: String, value: String)] {
        covers(request.path) ? [("Tus-Resumable", version)] : []
    }

    /// What OPTIONS tells a client.
    func abilities(for request: HTTPRequest) -> [(name: String, value: String)] {
        guard Self.covers(request.path) else { return [] }
        return [
            ("Tus-Version", Self.version), ("Tus-Extension", Self.extensions), ("Tus-Max-Size", "\(maxSize)"),
            (
                "Tus-Checksum-Algorithm",
                UploadChecksum.Algorithm.allCases.map(\.rawValue).joined(separator: ",")
            ),
        ]
    }

    /// The path as a log may show it: the name of an upload is all that is needed to go on with it.
    static func loggable(_ path: String) -> String {
        covers(path) && path.utf8.count > prefix.utf8.count ? "\(prefix)…" : path
    }

    /// The tus headers of a request that speaks our version. Refuses with `unsupported_version`.
    static func checked(_ request: HTTPRequest) throws(Refusal) -> TusHeaders {
        guard let headers = request.tus, headers.version == version else {
            throw Refusal(
                .unsupportedVersion, "Tus-Resumable must be \(version).", field: "Tus-Resumable")
        }
        return headers
    }

    /// A header that is a number of bytes. Refuses with `missing_field` or `malformed_request`.
    static func number(_ text: String?, _ name: String) throws(Refusal) -> Int {
        guard let text else { throw Refusal(.missingField, "\(name) is missing.", field: name) }
        guard text.utf8.count <= 18, let number = Int(strictly: text) else {
            throw Refusal(.malformedRequest, "\(name) must be a number of bytes.", field: name)
        }
        return number
    }
}
