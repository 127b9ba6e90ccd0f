import Domain
import Formats

/// Where a page must be for its player to be served: the origin of the `Referer`, or else the `Origin` header.
struct ReferrerPolicy: Sendable {
    let origins: AllowedOrigins

    /// Refuses with `referrer_missing` or `referrer_forbidden`.
    ///
    /// The origin is parsed out of the URL, never matched by prefix: `https://learner.example.com.evil.example`
    /// begins with an allowed origin and is none.
    func check(_ request: HTTPRequest) throws(Refusal) {
        guard let url = request.referer ?? request.origin else {
            throw Refusal(.referrerMissing, "This token needs a Referer or an Origin header.")
        }
        guard origins.contains(originOf: url) else {
            throw Refusal(.referrerForbidden, "Videos may not be played from this page.")
        }
    }
}
