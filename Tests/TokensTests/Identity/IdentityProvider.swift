import Foundation
import Tokens

/// An identity provider: publishes keys in a file and signs tokens, all by openssl.
final class IdentityProvider: Sendable {
    static let now = 1_800_000_000
    static let secret = "the secret of the identity provider, 32+"
    static let payload = #"{"sub":"learner-1","exp":1800000600,"iat":1799999990,"aud":"authenticated"}"#

    /// Made once for all tests: a key of 2048 bits takes a tenth of a second.
    static let shared = Result { try IdentityProvider() }

    let rsa: OpenSSLKey
    let ec: OpenSSLKey
    /// Never published.
    let stranger: OpenSSLKey
    let strangerEC: OpenSSLKey

    init() throws {
        rsa = try OpenSSLKey(.rsa(bits: 2048))
        ec = try OpenSSLKey(.ec(curve: "P-256"))
        stranger = try OpenSSLKey(.rsa(bits: 2048))
        strangerEC = try OpenSSLKey(.ec(curve: "P-256"))
    }

    /// The set most tests use: one key of each kind.
    func keySet() throws -> String {
        Self.set(try rsa.jwk([("kid", "r1"), ("use", "sig"), ("alg", "RS256")]), try ec.jwk([("kid", "e1")]))
    }

    static func set(_ keys: String...) -> String { #"{"keys":[\#(keys.joined(separator: ","))]}"# }

    static func signingInput(_ header: String, _ payload: String = payload) -> String {
        "\(encode(Array(header.utf8))).\(encode(Array(payload.utf8)))"
    }

    static func token(_ header: String, _ payload: String = payload, signedBy key: OpenSSLKey) throws
        -> String
    {
        let input = signingInput(header, payload)
        return "\(input).\(encode(try key.jwsSignature(of: Array(input.utf8))))"
    }

    static func token(_ header: String, _ payload: String = payload, secret: [UInt8]) throws -> String {
        let input = signingInput(header, payload)
        return "\(input).\(encode(try OpenSSL.hmac(Array(input.utf8), key: secret)))"
    }
}

extension SessionScope {
    /// Of whatever provider, for whatever application.
    static let any = SessionScope(issuers: [], audiences: [])
}
