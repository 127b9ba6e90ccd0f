import Crypto
import Domain
import Formats
import System

/// Issues media tokens: adds the dates and an id to what a token names, and signs.
package struct TokenIssuer: Sendable {
    private let signer: TokenSigner
    private let clock: SystemClock

    package init(signer: TokenSigner, clock: SystemClock) {
        self.signer = signer
        self.clock = clock
    }

    /// A token that ends `lifetime` seconds from now. `notBefore` moves `iat` forward where tokens up to that second
    /// have been revoked, so that a new one is not taken for one of them.
    package func issue(_ token: MediaToken, lifetime: Int, notBefore: Int = 0) -> String {
        issueNamed(token, lifetime: lifetime, notBefore: notBefore).token
    }

    /// Issues a token, and answers its id too, by which a log may call it.
    package func issueNamed(
        _ token: MediaToken, lifetime: Int, notBefore: Int
    ) -> (token: String, id: String) {
        let id = Self.newID()
        let now = max(clock.now().seconds, notBefore)
        let dates: [(String, JSONValue)] = [
            ("iat", .integer(now)), ("exp", .integer(now + lifetime)), ("jti", .string(id)),
        ]
        return (signer.sign(token.claims + dates), id)
    }

    /// A token that ends `lifetime` seconds from now and is as old as the one it is made for, so that what revokes that
    /// one by its date revokes this one too. `issuedAt` is nil where that one does not say.
    package func issue(_ token: MediaToken, lifetime: Int, datedAs issuedAt: Int?) -> String {
        let dates: [(String, JSONValue)] = [
            ("exp", .integer(clock.now().seconds + lifetime)), ("jti", .string(Self.newID())),
        ]
        return signer.sign(token.claims + (issuedAt.map { [("iat", .integer($0))] } ?? []) + dates)
    }

    /// 128 random bits: nobody guesses one, and no two are equal.
    private static func newID() -> String {
        String(decoding: Base64URL.encode(SecureRandom.bytes(16).span), as: UTF8.self)
    }
}
