/// The request headers of the tus protocol (tus 1.0.0), as they came.
package struct TusHeaders: Equatable, Sendable {
    /// `Tus-Resumable`: the version that the client speaks.
    package var version: String?
    /// `Upload-Length`, bytes of the whole.
    package var length: String?
    /// `Upload-Offset`, bytes before this part.
    package var offset: String?
    /// `Upload-Metadata`.
    package var metadata: String?
    /// `Upload-Checksum`, of this part.
    package var checksum: String?
    /// `Upload-Defer-Length`: the length comes later.
    package var deferLength: String?
    /// `Upload-Concat`: one of several parts.
    package var concat: String?
    /// `X-HTTP-Method-Override`, from clients that can only GET and POST.
    package var methodOverride: String?

    package init() {}

    /// Takes a header by its CGI name (RFC 3875 §4.1.18); others are none of ours.
    package mutating func set(_ name: String, _ value: String) {
        switch name {
        case "HTTP_TUS_RESUMABLE": version = value
        case "HTTP_UPLOAD_LENGTH": length = value
        case "HTTP_UPLOAD_OFFSET": offset = value
        case "HTTP_UPLOAD_METADATA": metadata = value
        case "HTTP_UPLOAD_CHECKSUM": checksum = value
        case "HTTP_UPLOAD_DEFER_LENGTH": deferLength = value
        case "HTTP_UPLOAD_CONCAT": concat = value
        case "HTTP_X_HTTP_METHOD_OVERRIDE": methodOverride = value
        default: break
        }
    }
}
