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
            throw Refusal(
                .referrerMissing,
                "This token needs a Referer or an Origin header; for an app, ask for platform=mobile.")
        }
        guard origins.contains(originOf: url) else {
            guard let origin = Origin(of: url) else {
                throw Refusal(.referrerForbidden, "This page has no origin that could be allowed.")
            }
            throw Refusal(
                .referrerForbidden,
                "Pages of \(origin) are not allowed: FOCUST_ALLOWED_ORIGINS does not name it.")
        }
    }
}
