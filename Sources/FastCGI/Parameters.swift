import Formats
import Glibc

/// The parameters of a request: pairs of names and values, each with its lengths before it (FastCGI 1.0 §3.4).
enum Parameters {
    /// The request these parameters describe, see fastcgi.conf of nginx's files for what nginx passes on; nil where a length leads
    /// beyond the end.
    ///
    /// One pass over the list, each name looked up by its length first: the list is as long as the host's nginx makes
    /// it, and a search for each name was a twentieth of a request.
    static func request(_ bytes: UnsafeRawBufferPointer) -> HTTPRequest? {
        var request = HTTPRequest(method: "", target: "")
        var rest = bytes
        while !rest.isEmpty {
            guard let nameLength = takeLength(&rest), let valueLength = takeLength(&rest),
                let name = take(nameLength, of: &rest), let value = take(valueLength, of: &rest)
            else { return nil }
            // An empty value is what nginx sends where there is none.
            if !value.isEmpty { set(name, value, &request) }
        }
        return request
    }

    /// One byte below 128, or else four, of which the highest bit is no part.
    private static func takeLength(_ rest: inout UnsafeRawBufferPointer) -> Int? {
        guard let first = rest.first else { return nil }
        guard first & 0x80 != 0 else {
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
            return Int(first)
        }
        return take(4, of: &rest)?.reduce(0) { $0 << 8 | Int($1) }.advanced(by: -(0x80 << 24))
    }

    private static func take(_ count: Int, of rest: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard count <= rest.count else { return nil }
        defer { rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count)) }
        return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    }

    private static func set(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ request: inout HTTPRequest
    ) {
        switch name.count {
        case 10 where isEqual(name, "REQUEST_ID"): request.requestID = text(value)
        case 11 where isEqual(name, "REQUEST_URI"): setTarget(value, &request)
        case 11 where isEqual(name, "ASKED_AHEAD"): request.isAskedAhead = true
        case 11 where isEqual(name, "REMOTE_ADDR"): request.remoteAddress = text(value)
        case 11 where isEqual(name, "HTTP_ORIGIN"): request.origin = text(value)
        case 12 where isEqual(name, "HTTP_REFERER"): request.referer = text(value)
        case 12 where isEqual(name, "REQUEST_TIME"): request.elapsedMilliseconds = milliseconds(text(value))
        case 12 where isEqual(name, "CONTENT_TYPE"): request.contentType = text(value)
        case 14 where isEqual(name, "REQUEST_METHOD"): request.method = text(value)
        case 14 where isEqual(name, "CONTENT_LENGTH"): request.contentLength = length(value)
        case 16 where isEqual(name, "DECISION_SECONDS"): request.decisionSeconds = seconds(value)
        case 18 where isEqual(name, "HTTP_AUTHORIZATION"): request.authorization = text(value)
        case 20 where isEqual(name, "HTTP_ACCEPT_LANGUAGE"): request.acceptLanguage = text(value)
        case 20 where isEqual(name, "HTTP_IDEMPOTENCY_KEY"): request.idempotencyKey = text(value)
        default: setTus(name, value, &request)
        }
    }

    /// The path, and behind the first `?` the query.
    private static func setTarget(_ value: UnsafeRawBufferPointer, _ request: inout HTTPRequest) {
        let mark = value.firstIndex(of: UInt8(ascii: "?")) ?? value.count
        request.path = text(UnsafeRawBufferPointer(rebasing: value[..<mark]))
        guard mark < value.count else { return }
        request.query = text(UnsafeRawBufferPointer(rebasing: value[(mark + 1)...]))
    }

    /// Bytes; nil where that is no number of any.
    private static func length(_ value: UnsafeRawBufferPointer) -> Int? {
        Int(text(value)).flatMap { $0 >= 0 ? $0 : nil }
    }

    /// As form.conf of nginx's files has it, and no more than a minute: it is added to the time of day.
    private static func seconds(_ value: UnsafeRawBufferPointer) -> Int? {
        Int(text(value)).flatMap { (1...60).contains($0) ? $0 : nil }
    }

    /// nginx's `$request_time`, seconds with three digits behind the dot; a day at most, because the age of a token is
    /// judged by it.
    private static func milliseconds(_ value: String) -> Int {
        guard let seconds = Double(value), seconds >= 0 else { return 0 }
        return Int(min(seconds, 86400) * 1000)
    }

    /// The headers of resumable uploads, which nginx passes on for their addresses alone.
    private static func setTus(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ request: inout HTTPRequest
    ) {
        guard begins(name, "HTTP_TUS_") || begins(name, "HTTP_UPLOAD_") || begins(name, "HTTP_X_HTTP_METHOD")
        else { return }
        var headers = request.tus ?? TusHeaders()
        headers.set(text(name), text(value))
        request.tus = headers
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    private static func begins(_ name: UnsafeRawBufferPointer, _ expected: StaticString) -> Bool {
        name.count >= expected.utf8CodeUnitCount && isEqual(name, expected)
    }

    private static func isEqual(_ name: UnsafeRawBufferPointer, _ expected: StaticString) -> Bool {
        guard let start = name.baseAddress else { return false }
        return memcmp(start, expected.utf8Start, expected.utf8CodeUnitCount) == 0
    }
}
