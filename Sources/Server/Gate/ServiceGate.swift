import Crypto
import Domain
import Formats
import Settings

/// Proof that a request comes from the site's backend. Only the gate makes it.
struct ServiceCaller {
    /// The name of the key it used, for the log.
    let name: String
    fileprivate init(name: String) { self.name = name }
}

/// Judges service calls: `Authorization: Bearer <api key>`.
struct ServiceGate: Sendable {
    let keys: [APIKey]

    /// Refuses with `unauthorized`.
    func admit(_ request: HTTPRequest) throws(Refusal) -> ServiceCaller {
        guard let caller = caller(of: request) else { throw Self.unauthorized }
        return caller
    }

    static let unauthorized = Refusal(.unauthorized, "An API key is needed, as Authorization: Bearer.")

    /// Nil where the request carries none of the keys.
    ///
    /// Every key is compared, each in constant time: how long it takes tells nothing about any of them.
    func caller(of request: HTTPRequest) -> ServiceCaller? {
        guard let credentials = BearerToken.ofHeader(request) else { return nil }
        var found: APIKey?
        for key in keys where key.secret.matches(credentials) { found = key }
        return found.map { ServiceCaller(name: $0.name) }
    }
}
