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

/// Judges service calls: `Authorization: Bearer <api key>`, or an address that needs none.
struct ServiceGate: Sendable {
    let keys: [APIKey]
    let keyless: KeylessAddresses
    let origins: AllowedOrigins

    /// Refuses with `unauthorized`.
    func admit(_ request: HTTPRequest) throws(Refusal) -> ServiceCaller {
        guard let caller = caller(of: request) else { throw refusal(of: request) }
        return caller
    }

    /// Why a request without one of the keys is refused, in words that tell its developer what to send.
    func refusal(of request: HTTPRequest) -> Refusal {
        Refusal(.unauthorized, message(to: request))
    }

    private func message(to request: HTTPRequest) -> Message {
        guard request.authorization != nil else { return "An API key is needed, as Authorization: Bearer." }
        guard let credentials = BearerToken.ofHeader(request) else {
            return "The Authorization header must be the word Bearer, a space and an API key."
        }
        if let message = BearerToken.mistake(credentials) { return message }
        if BearerToken.isToken(credentials) { return "This is a token, and an API key is needed here." }
        if let colon = credentials.firstIndex(of: ":"),
            isKey(credentials[credentials.index(after: colon)...])
        {
            return "The name before the colon is no part of an API key: send what is behind it."
        }
        return "This API key is unknown here."
    }

    /// Whether it is one of the keys.
    func isKey(_ credentials: Substring) -> Bool { holder(of: credentials) != nil }

    /// Nil where the request carries none of the keys and its address needs one.
    func caller(of request: HTTPRequest) -> ServiceCaller? {
        // What is sent is judged, from everywhere: a wrong key is a mistake, and a token opens what it says and no more.
        guard BearerToken.any(in: request) != nil else { return keylessCaller(of: request) }
        guard let credentials = BearerToken.ofHeader(request) else { return nil }
        return holder(of: credentials)
    }

    /// Every key is compared, each in constant time: how long it takes tells nothing about any of them.
    private func holder(of credentials: Substring) -> ServiceCaller? {
        var found: APIKey?
        for key in keys where key.secret.matches(credentials) { found = key }
        return found.map { ServiceCaller(name: $0.name) }
    }

    /// A page of another site must not make the browser of a person who sits at such an address call in their name: what
    /// a form or an image sends says where it comes from, and a backend says nothing.
    private func keylessCaller(of request: HTTPRequest) -> ServiceCaller? {
        guard keyless.contains(request.remoteAddress) else { return nil }
        guard let page = request.origin ?? request.referer else { return ServiceCaller(name: "keyless") }
        return origins.contains(originOf: page) ? ServiceCaller(name: "keyless") : nil
    }
}
