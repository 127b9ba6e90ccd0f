import CFastCGI
import Formats
import Glibc

/// The parameters of the request in hand: `NAME=value` strings that libfcgi owns until the request is finished
/// (fcgiapp.h: "envp … must not be retained"), so everything kept is copied here.
enum Parameters {
    /// The request these parameters describe; see nginx/fastcgi.conf for what nginx passes on.
    ///
    /// One pass over the list, each name looked up by its length first: the list is as long as the host's nginx makes
    /// it, and a search for each name was a twentieth of a request.
    static func request(
        _ environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    ) -> HTTPRequest? {
        guard var entry = environment else { return nil }
        var request = HTTPRequest(method: "", target: "")
        while let text = entry.pointee {
            // An empty value is what nginx sends where there is none.
            if let equals = strchr(text, Int32(UInt8(ascii: "="))), equals[1] != 0 {
                take(text, equals - text, equals + 1, &request)
            }
            entry += 1
        }
        return request
    }

    private static func take(
        _ name: UnsafePointer<CChar>, _ length: Int, _ value: UnsafePointer<CChar>,
        _ request: inout HTTPRequest
    ) {
        switch length {
        case 10 where isEqual(name, "REQUEST_ID"): request.requestID = String(cString: value)
        case 11 where isEqual(name, "REQUEST_URI"): takeTarget(value, &request)
        case 11 where isEqual(name, "REMOTE_ADDR"): request.remoteAddress = String(cString: value)
        case 11 where isEqual(name, "HTTP_ORIGIN"): request.origin = String(cString: value)
        case 12 where isEqual(name, "HTTP_REFERER"): request.referer = String(cString: value)
        case 12 where isEqual(name, "CONTENT_TYPE"): request.contentType = String(cString: value)
        case 14 where isEqual(name, "REQUEST_METHOD"): request.method = String(cString: value)
        case 14 where isEqual(name, "CONTENT_LENGTH"): request.contentLength = Int(String(cString: value))
        case 15 where isEqual(name, "BODY_UNBUFFERED"): request.isUnbuffered = true
        case 16 where isEqual(name, "DECISION_SECONDS"): request.decisionSeconds = seconds(value)
        case 18 where isEqual(name, "HTTP_AUTHORIZATION"): request.authorization = String(cString: value)
        default: takeTus(name, length, value, &request)
        }
    }

    /// The path, and behind the first `?` the query.
    private static func takeTarget(_ value: UnsafePointer<CChar>, _ request: inout HTTPRequest) {
        let length = strcspn(value, "?")
        request.path = String(
            decoding: UnsafeRawBufferPointer(start: value, count: length), as: UTF8.self)
        if value[length] != 0 { request.query = String(cString: value + length + 1) }
    }

    /// As nginx/render writes it, and no more than a minute: it is added to the time of day.
    private static func seconds(_ value: UnsafePointer<CChar>) -> Int? {
        Int(String(cString: value)).flatMap { (1...60).contains($0) ? $0 : nil }
    }

    /// The headers of resumable uploads, which nginx passes on for their addresses alone.
    private static func takeTus(
        _ name: UnsafePointer<CChar>, _ length: Int, _ value: UnsafePointer<CChar>,
        _ request: inout HTTPRequest
    ) {
        guard length >= 18, isTus(name) else { return }
        var headers = request.tus ?? TusHeaders()
        headers.set(
            String(decoding: UnsafeRawBufferPointer(start: name, count: length), as: UTF8.self),
            String(cString: value))
        request.tus = headers
    }

    private static func isTus(_ name: UnsafePointer<CChar>) -> Bool {
        memcmp(name, "HTTP_TUS_", 9) == 0 || memcmp(name, "HTTP_UPLOAD_", 12) == 0
            || memcmp(name, "HTTP_X_HTTP_METHOD", 18) == 0
    }

    private static func isEqual(_ name: UnsafePointer<CChar>, _ expected: StaticString) -> Bool {
        memcmp(name, expected.utf8Start, expected.utf8CodeUnitCount) == 0
    }
}
