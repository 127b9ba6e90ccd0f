/// A request as it came through nginx: the parts this server looks at, as they were on the wire.
package struct HTTPRequest: Sendable {
    package var method: String
    /// The path of the request target, before `?`, neither decoded nor normalised: the router judges it raw, so
    /// that `..`, `//` and `%2f` cannot mean one thing to nginx and another here.
    package var path: String
    /// What follows the first `?`; empty where there is none.
    package var query: String
    package var authorization: String?
    package var referer: String?
    package var origin: String?
    package var contentType: String?
    package var acceptLanguage: String?
    /// `Idempotency-Key`, of an upload that its client may send again.
    package var idempotencyKey: String?
    /// Bytes of the body as announced; nil where there is no body or the number makes no sense.
    package var contentLength: Int?
    /// Whether nginx only asks if the request may come, by its headers, and has not taken the body yet.
    package var isAskedAhead = false
    /// What tus clients say (tus 1.0.0); nil unless the request is for a resumable upload.
    package var tus: TusHeaders?
    /// How long ago the request began, as far as nginx says: a body may have taken its time to come.
    package var elapsedMilliseconds = 0
    /// For how many seconds nginx would remember that this was allowed; nil where it remembers nothing.
    package var decisionSeconds: Int?
    /// The client's address as nginx saw it.
    package var remoteAddress: String
    /// nginx's `$request_id`, shared by both logs.
    package var requestID: String

    package init(method: String, target: String, remoteAddress: String = "", requestID: String = "") {
        self.method = method
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        self.path = String(target[..<mark])
        self.query = mark == target.endIndex ? "" : String(target[target.index(after: mark)...])
        self.remoteAddress = remoteAddress
        self.requestID = requestID
    }
}

/// The request methods of RFC 9110 §9.3 and RFC 5789 that a resource could be asked for by name.
package enum HTTPMethod: String, CaseIterable, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
}

/// The body of a request, read once, piece by piece.
package protocol HTTPBody: AnyObject {
    /// Fills `buffer` from its start with `limit` bytes; answers how many it got, fewer at the end of what will ever
    /// come, and 0 behind it.
    func read(into buffer: inout [UInt8], atMost limit: Int) -> Int

    /// Fills `buffer` from its start with what is there, waiting at most `milliseconds` for the first of it; 0 as in
    /// `read`, nil where nothing came in that time.
    ///
    /// For bodies that come as slowly as a client's network: what has come is not held back until the buffer is full.
    func readSome(into buffer: inout [UInt8], waitingAtMost milliseconds: Int32) -> Int?

    /// Whether the connection broke before the body was whole.
    var isBroken: Bool { get }
}
