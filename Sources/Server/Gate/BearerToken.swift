import Domain
import Formats

/// Finds the token of a request: `Authorization: Bearer` first, else `?token=`.
enum BearerToken {
    private static let scheme = "bearer "

    /// The credentials of an `Authorization: Bearer` header (RFC 6750 §2.1); nil where there is none.
    static func ofHeader(_ request: HTTPRequest) -> Substring? {
        guard let header = request.authorization, header.utf8.count > scheme.utf8.count,
            zip(header.utf8, scheme.utf8).allSatisfy({ $0 | 0x20 == $1 })
        else { return nil }
        return Substring(header.utf8.dropFirst(scheme.utf8.count).drop { $0 == UInt8(ascii: " ") })
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
