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

    /// A JSON answer that holds a token. It repeats what was asked, so its length, once compressed, would tell of the token
    /// (BREACH): a body that has an encoding already is compressed by no filter of nginx's, whichever the host has switched
    /// on (`brotli on`, `zstd on`), and `identity` changes nothing for clients.
    static func issued(_ value: JSONValue) -> HTTPResponse {
        .json(200, value, headers: [("Content-Encoding", "identity")])
    }
}
