import Domain

/// Why a token was not taken. The message is for the client's developer and repeats nothing of the token.
package enum TokenError: Error, Equatable, Sendable {
    /// Not a signed token of the only form this server issues.
    case malformed(String)
    /// No key of this server made the signature.
    case wrongSignature
    case expired
    case notYetValid
    /// A session of another identity provider.
    case wrongIssuer
    /// A session for another application.
    case wrongAudience

    package var message: Message {
        switch self {
        case .malformed(let reason): "The token is malformed: \(reason)."
        case .wrongSignature: "The token's signature is wrong."
        case .expired: "The token has expired."
        case .notYetValid: "The token is not valid yet."
        case .wrongIssuer: "The token was issued by another provider: its iss is not taken here."
        case .wrongAudience: "The token is for another application: its aud is not taken here."
        }
    }
}
