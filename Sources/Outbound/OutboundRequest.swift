import Domain

/// A POST of a JSON body to somebody else's server.
package struct OutboundRequest: Sendable {
    /// The longest an answer may take when nothing else is said.
    package static let defaultTimeout = Duration.seconds(15)

    let url: String
    let headers: [(name: String, value: String)]
    let body: [UInt8]
    /// For the whole request: name resolution, connecting, sending, and the answer's last byte.
    let timeout: Duration
    let connectTimeout: Duration

    /// Throws where `url` is no plain http or https URL (user information is refused: it would send a
    /// password that somebody wrote into a URL, and it hides the host from a reader), or where a header would
    /// break its line.
    ///
    /// The connect timeout is capped by the timeout.
    package init(
        posting body: [UInt8], to url: String, headers: [(name: String, value: String)] = [],
        timeout: Duration = OutboundRequest.defaultTimeout, connectTimeout: Duration = .seconds(5)
    ) throws(OutboundError) {
        guard Origin(of: url) != nil, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw OutboundError(.badURL, operation: "request", detail: "not a plain http or https URL")
        }
        for (name, value) in headers where !Self.isName(name) || !Self.isValue(value) {
            throw OutboundError(
                .badArgument, operation: "request", detail: "header \(name.debugDescription)")
        }
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = min(connectTimeout, timeout)
    }

    /// RFC 9110 §5.1, token, without the characters that no header of ours has.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
                default: false
                }
            }
    }

    /// A line end would begin a header of its own (RFC 9110 §5.5); an empty value would make libcurl drop the
    /// line.
    private static func isValue(_ value: String) -> Bool {
        !value.isEmpty && value.utf8.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F }
    }
}

/// What the other server answered.
package struct OutboundResponse: Equatable, Sendable {
    /// The HTTP status.
    package let status: Int
    /// At most as many bytes as the client takes; the rest was not read.
    package let body: [UInt8]
    /// Seconds asked for by `Retry-After` (RFC 9110 §10.2.3); nil where there was none.
    package let retryAfter: Int?

    package var isSuccess: Bool { (200..<300).contains(status) }
}
