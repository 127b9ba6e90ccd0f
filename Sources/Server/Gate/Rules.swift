import Crypto
import Domain
import Settings
import Tokens

/// What requests are judged by: origins, API keys and the keys that verify tokens. Never changed, but replaced as a
/// whole where the settings say something else, so that no request sees half of both.
package final class Rules: Sendable {
    let gates: Gates
    let cors: CORS

    /// As `settings` say; but tokens are signed by the key of the start, which goes on verifying.
    package init(_ settings: Settings, _ services: Services) {
        let keys = [services.settings.signingKey] + settings.previousKeys
        let verifier = TokenVerifier(keys: keys.map { HMACSHA256(key: $0.bytes) })
        gates = Gates(services, verifier: verifier, settings: settings)
        cors = CORS(origins: settings.allowedOrigins)
    }
}
