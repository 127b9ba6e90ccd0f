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
}
