import UnsafeBytes

/// An answer, whole: nothing this server says itself is larger than a playlist. Files go out through nginx.
package struct HTTPResponse: Sendable {
    package var status: Int
    /// In the order they are written. Values hold no line breaks (see `serializedHead`).
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first header of that name, as it was set here.
    package func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    /// The CGI response head (RFC 3875 §6.3), which nginx turns into a status line and headers.
    package func serializedHead() -> [UInt8] {
        var head: [UInt8] = []
        head.reserveCapacity(512)
        // Each short enough to need no memory of its own.
        Self.append("Status: ", to: &head)
        Self.append("\(status)", to: &head)
        Self.append(" ", to: &head)
        Self.append(Self.reason(status), to: &head)
        Self.append("\r\n", to: &head)
        for (name, value) in headers {
            Self.append(name, to: &head)
            Self.append(": ", to: &head)
            Self.append(line: value, to: &head)
            Self.append("\r\n", to: &head)
        }
        Self.append("\r\n", to: &head)
        return head
    }

    private static func append(_ text: String, to head: inout [UInt8]) {
        head.append(copying: text.utf8.span)
    }

    /// A line break would let a value begin a header of its own.
    private static func append(line value: String, to head: inout [UInt8]) {
        let bytes = value.utf8.span
        for index in bytes.indices where bytes[index] == 0x0D || bytes[index] == 0x0A {
            head.append(contentsOf: value.utf8.filter { $0 != 0x0D && $0 != 0x0A })
            return
        }
        head.append(copying: bytes)
    }

    /// The reason phrase (RFC 9110 §15); clients need none, people who read `curl -i` do.
    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 410: "Gone"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 423: "Locked"
        case 429: "Too Many Requests"
        case 460: "Checksum Mismatch"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        case 507: "Insufficient Storage"
        default: "Other"
        }
    }
}
