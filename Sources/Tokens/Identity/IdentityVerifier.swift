import Crypto
import System

/// Verifies the session token that an identity provider gave an end user.
///
/// The key decides about the algorithm, never the token (RFC 8725 §3.1): the secret verifies HS256 and
/// nothing else, a key of the set verifies the one algorithm it was made for, and a public key is never used
/// as a secret.
package struct IdentityVerifier: Sendable {
    private let secret: HMACSHA256?
    private let keySet: KeySetFile?

    /// - Parameters:
    ///   - secret: for HS256; nil: such tokens are refused.
    ///   - jwksPath: a JWKS file (RFC 7517 §5) for RS256 and ES256, read now and whenever it has changed;
    ///     nil: such tokens are refused.
    ///   - clock: decides when the file is looked at again.
    ///   - report: told, in one line, when the file cannot be used.
    package init(
        secret: Secret?, jwksPath: String?, clock: SystemClock = .system,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.secret = secret.map { HMACSHA256(key: $0.bytes) }
        self.keySet = jwksPath.map { KeySetFile(path: $0, clock: clock, report: report) }
    }

    /// The `sub` of `token`, if a key of the provider's signed it, by and for whom `scope` says, and `now` (seconds since
    /// 1970) lies within its dates. Compare it with an id byte for byte.
    package func subject(
        of token: some StringProtocol, for scope: SessionScope, now: Int
    ) throws(TokenError) -> String {
        let token = try CompactToken(token)
        let header = try IdentityHeader(token.header)
        guard isSigned(token, header) else { throw .wrongSignature }
        let claims = try IdentityClaims(token.claims())
        try claims.check(at: now)
        try claims.check(for: scope)
        return claims.subject
    }

    private func isSigned(_ token: CompactToken, _ header: IdentityHeader) -> Bool {
        switch header.algorithm {
        case .hs256:
            // One secret, whatever name the token has for it.
            secret?.isValid(token.signature.span, for: token.signingInput.span) ?? false
        case .publicKey(let algorithm):
            keySet?.keys().keys(for: algorithm, id: header.keyID).contains { key in
                key.isValid(token.signature.span, for: token.signingInput.span)
            } ?? false
        }
    }
}
