import Crypto
import Formats

/// Signs HS256 tokens that PyJWT and every other JWT library verify.
package struct TokenSigner: Sendable {
    /// `{"alg":"HS256","typ":"JWT"}`.
    private static let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."

    private let key: HMACSHA256

    package init(key: HMACSHA256) {
        self.key = key
    }

    /// The compact form (RFC 7515 §7.1) of a token with these claims, in this order.
    package func sign(_ claims: [(String, JSONValue)]) -> String {
        var token = Array(Self.header.utf8)
        token.append(contentsOf: Base64URL.encode(JSONValue.object(claims).serialized().span))
        let tag = key.tag(token.span)
        token.append(UInt8(ascii: "."))
        token.append(contentsOf: Base64URL.encode(tag.span))
        return String(decoding: token, as: UTF8.self)
    }
}
