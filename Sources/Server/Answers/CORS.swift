import Domain
import Formats

/// Lets pages of the allowed origins read the answers (Fetch Standard §3.2); other origins get no leave.
///
/// `http.conf` of nginx's files says the same for what nginx answers by itself.
struct CORS: Sendable {
    private static let exposed =
        "Content-Length, Content-Range, Content-Disposition, Retry-After, Location, ETag, Accept-Ranges"
    private static let methods = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
    /// What players, HTTP libraries, tracing and tus clients send by themselves: a preflight that lacks one of them
    /// fails, and the page reads of a CORS error and no more.
    private static let allowedHeaders =
        "Authorization, Content-Type, Range, If-Range, If-None-Match, If-Modified-Since, Cache-Control, "
        + "X-Requested-With, X-Request-ID, sentry-trace, baggage, traceparent, tracestate, "
        + "Idempotency-Key, \(Tus.requestHeaders)"
    /// Seconds; what Chromium takes at most.
    private static let maxAge = "7200"

    let origins: AllowedOrigins

    /// The headers to add to an answer to `request`.
    ///
    /// `Vary` goes to everybody: a cache must not hand the answer to a request without `Origin`, which lacks the rest,
    /// to a page. There are no cookies, so leave for credentials gives nothing away, and clients that ask for it work.
    func headers(for request: HTTPRequest) -> [(name: String, value: String)] {
        guard let origin = allowedOrigin(of: request) else { return [("Vary", "Origin")] }
        return [
            ("Vary", "Origin"), ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Expose-Headers", Self.exposed + (Tus.covers(request.path) ? Tus.exposed : "")),
        ]
    }

    /// The answer to a preflight, or to any other OPTIONS.
    func preflight(_ request: HTTPRequest) -> HTTPResponse {
        guard allowedOrigin(of: request) != nil else { return HTTPResponse(status: 204) }
        return HTTPResponse(
            status: 204,
            headers: [
                ("Access-Control-Allow-Methods", Self.methods + (Tus.covers(request.path) ? ", PATCH" : "")),
                ("Access-Control-Allow-Headers", Self.allowedHeaders),
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
