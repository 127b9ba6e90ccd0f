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

extension HTTPResponse {
    /// That the request which nginx asks about may come; counted and answered when it does. 100 as in 100 Continue.
    static let mayCome = HTTPResponse(status: 204, headers: [("X-Answer-Status", "100")])

    /// This answer in the form in which nginx can give it to a request whose body it then does not take
    /// (refused.conf of nginx's files).
    ///
    /// `auth_request` (ngx_http_auth_request_module) knows yes, a 2xx, and no, a 403; of a no it keeps headers alone.
    /// So the status and the body that the client gets travel in two of them.
    func carried() -> HTTPResponse {
        let own = headers.filter { $0.name != "Content-Length" && $0.name != "Content-Type" }
        let carrying = [
            (name: "X-Answer-Status", value: "\(status)"),
            (name: "X-Answer-Body", value: String(decoding: body, as: UTF8.self)),
        ]
        return HTTPResponse(status: 403, headers: own + carrying)
    }
}
