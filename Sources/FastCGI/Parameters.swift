import CFastCGI
import Formats
import Glibc

/// The parameters of the request in hand: `NAME=value` strings that libfcgi owns until the request is finished
/// (fcgiapp.h: "envp … must not be retained"), so everything kept is copied here.
struct Parameters: ~Copyable {
    private var method = ""
    private var target = ""
    private var remoteAddress = ""
    private var requestID = ""
    private var authorization: String?
    private var referer: String?
    private var origin: String?
    private var contentType: String?
    private var contentLength: Int?
    private var decisionSeconds: Int?
    private var tus: TusHeaders?

    /// One pass over the list, each name looked up by its length first: the list is as long as the host's nginx makes
    /// it, and a search for each name was a twentieth of a request.
    init?(_ environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
        guard var entry = environment else { return nil }
        while let text = entry.pointee {
            // An empty value is what nginx sends where there is none.
            if let equals = strchr(text, Int32(UInt8(ascii: "="))), equals[1] != 0 {
                take(text, equals - text, equals + 1)
            }
            entry += 1
        }
    }

    /// The request these parameters describe; see nginx/fastcgi.conf for what nginx passes on.
    borrowing func request() -> HTTPRequest {
        var request = HTTPRequest(
            method: method, target: target, remoteAddress: remoteAddress, requestID: requestID)
        request.authorization = authorization
        request.referer = referer
        request.origin = origin
        request.contentType = contentType
        request.contentLength = contentLength
        request.decisionSeconds = decisionSeconds
        request.tus = tus
        return request
    }

    private mutating func take(
        _ name: UnsafePointer<CChar>, _ length: Int, _ value: UnsafePointer<CChar>
    ) {
        switch length {
        case 10 where Self.isEqual(name, "REQUEST_ID"): requestID = String(cString: value)
        case 11 where Self.isEqual(name, "REQUEST_URI"): target = String(cString: value)
        case 11 where Self.isEqual(name, "REMOTE_ADDR"): remoteAddress = String(cString: value)
        case 11 where Self.isEqual(name, "HTTP_ORIGIN"): origin = String(cString: value)
        case 12 where Self.isEqual(name, "HTTP_REFERER"): referer = String(cString: value)
        case 12 where Self.isEqual(name, "CONTENT_TYPE"): contentType = String(cString: value)
        case 14 where Self.isEqual(name, "REQUEST_METHOD"): method = String(cString: value)
        case 14 where Self.isEqual(name, "CONTENT_LENGTH"): contentLength = Int(String(cString: value))
        case 16 where Self.isEqual(name, "DECISION_SECONDS"): decisionSeconds = Self.seconds(value)
        case 18 where Self.isEqual(name, "HTTP_AUTHORIZATION"): authorization = String(cString: value)
        default: takeTus(name, length, value)
        }
    }

    /// As nginx/render writes it, and no more than a minute: it is added to the time of day.
    private static func seconds(_ value: UnsafePointer<CChar>) -> Int? {
        Int(String(cString: value)).flatMap { (1...60).contains($0) ? $0 : nil }
    }

    /// The headers of resumable uploads, which nginx passes on for their addresses alone.
    private mutating func takeTus(
        _ name: UnsafePointer<CChar>, _ length: Int, _ value: UnsafePointer<CChar>
    ) {
        guard length >= 18, Self.isTus(name) else { return }
        var headers = tus ?? TusHeaders()
        headers.set(
            String(decoding: UnsafeRawBufferPointer(start: name, count: length), as: UTF8.self),
            String(cString: value))
        tus = headers
    }

    private static func isTus(_ name: UnsafePointer<CChar>) -> Bool {
        memcmp(name, "HTTP_TUS_", 9) == 0 || memcmp(name, "HTTP_UPLOAD_", 12) == 0
            || memcmp(name, "HTTP_X_HTTP_METHOD", 18) == 0
    }

    private static func isEqual(_ name: UnsafePointer<CChar>, _ expected: StaticString) -> Bool {
        memcmp(name, expected.utf8Start, expected.utf8CodeUnitCount) == 0
    }
}
