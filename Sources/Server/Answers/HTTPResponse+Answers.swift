import Formats

extension HTTPResponse {
    /// A JSON answer, never cached: all of them say something about now, or carry a token.
    static func json(
        _ status: Int, _ value: JSONValue, headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [("Content-Type", "application/json"), ("Cache-Control", "no-store")] + headers,
            body: value.serialized())
    }

    /// Hands the sending to nginx: it opens `path` (below the data directory) itself, with ranges and sendfile.
    ///
    /// nginx decodes the header's value as a URI, so that a `%` or `?` of a name must be encoded here.
    static func accelerated(
        prefix: String, path: String, headers: [(name: String, value: String)]
    ) -> HTTPResponse {
        let redirect = ("X-Accel-Redirect", "\(prefix)/\(PercentEncoding.encodePath(path))")
        return HTTPResponse(status: 200, headers: [redirect] + headers)
    }
}
