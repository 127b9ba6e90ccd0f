import Domain
import Formats

/// Finds the token of a request: `Authorization: Bearer` first, else `?token=`.
enum BearerToken {
    private static let scheme: StaticString = "bearer "

    /// The credentials of an `Authorization: Bearer` header (RFC 6750 §2.1); nil where there is none.
    static func ofHeader(_ request: HTTPRequest) -> Substring? {
        guard let header = request.authorization else { return nil }
        let bytes = header.utf8.span
        var start = scheme.utf8CodeUnitCount
        guard bytes.count > start else { return nil }
        for index in 0..<start where bytes[index] | 0x20 != scheme.utf8Start[index] { return nil }
        while start < bytes.count, bytes[start] == UInt8(ascii: " ") { start += 1 }
        return Substring(header.utf8.dropFirst(start))
    }

    /// Whether it has the form of a JWT: a JSON object, encoded, and two more parts. A key may have dots too.
    static func isToken(_ credentials: Substring) -> Bool {
        credentials.hasPrefix("eyJ") && credentials.utf8.count { $0 == UInt8(ascii: ".") } == 2
    }

    /// What programs send that have no credentials and do not notice; nil for anything else.
    static func mistake(_ credentials: Substring) -> Message? {
        let usual = ["undefined", "null", "none", "nil", "[object object]", "nan", "false", "bearer"]
        guard usual.contains(credentials.lowercased()) else { return nil }
        return "The credentials are the word \(credentials): the value was missing where it was put in."
    }

    /// The media token. Refuses with `token_missing`.
    static func ofMedia(_ request: HTTPRequest) throws(Refusal) -> Substring {
        if let token = any(in: request) { return token }
        throw Refusal(.tokenMissing, "A token is needed, as Authorization: Bearer or as ?token=.")
    }

    /// The credentials of the header, or else of the query; nil where there are none.
    static func any(in request: HTTPRequest) -> Substring? {
        ofHeader(request) ?? inQuery(request.query)
    }

    private static func inQuery(_ query: String) -> Substring? {
        RawQuery.value(of: "token=", in: query)
    }
}
