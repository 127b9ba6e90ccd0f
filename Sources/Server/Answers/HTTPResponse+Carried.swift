import Formats

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
