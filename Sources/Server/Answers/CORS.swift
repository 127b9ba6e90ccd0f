import Domain
import Formats

/// Lets pages of the allowed origins read the answers (Fetch Standard §3.2); other origins get no header at all.
struct CORS: Sendable {
    private static let exposed = "Content-Length, Content-Range, Content-Disposition, Retry-After"
    private static let methods = "GET, HEAD, POST, DELETE, OPTIONS"
    private static let allowedHeaders = "Authorization, Content-Type, Range"
    /// Seconds; what Chromium takes at most.
    private static let maxAge = "7200"

    let origins: AllowedOrigins

    /// The headers to add to an answer to `request`.
    func headers(for request: HTTPRequest) -> [(name: String, value: String)] {
        guard let origin = allowedOrigin(of: request) else { return [] }
        return [
            ("Access-Control-Allow-Origin", origin), ("Vary", "Origin"),
            ("Access-Control-Expose-Headers", Self.exposed + (Tus.covers(request.path) ? Tus.exposed : "")),
        ]
    }

    /// The answer to a preflight, or to any other OPTIONS.
    func preflight(_ request: HTTPRequest) -> HTTPResponse {
        guard allowedOrigin(of: request) != nil else { return HTTPResponse(status: 204) }
        let isTus = Tus.covers(request.path)
        return HTTPResponse(
            status: 204,
            headers: [
                ("Access-Control-Allow-Methods", Self.methods + (isTus ? ", PATCH" : "")),
                ("Access-Control-Allow-Headers", Self.allowedHeaders + (isTus ? Tus.allowedHeaders : "")),
                ("Access-Control-Max-Age", Self.maxAge),
            ])
    }

    private func allowedOrigin(of request: HTTPRequest) -> String? {
        guard let text = request.origin, let origin = Origin(of: text), origins.contains(origin) else {
            return nil
        }
        // A browser compares its own serialisation with ours; anything it would not have sent is refused.
        return origin.description == text ? text : nil
    }
}
