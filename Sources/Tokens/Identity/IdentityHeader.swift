import Crypto
import Formats

/// What the JOSE header of an identity provider's token may say (RFC 7515 §4.1).
struct IdentityHeader {
    /// How the token says it was signed. It only ever selects among the keys made for that algorithm.
    enum Algorithm: Equatable {
        case hs256
        case publicKey(PublicKey.Algorithm)
    }

    private static let types = ["jwt", "at+jwt", "application/at+jwt"]

    let algorithm: Algorithm
    /// `kid`: compared with the ids of the known keys and used for nothing else.
    let keyID: String?

    /// Members that are not known are ignored (RFC 7515 §4): what names a key of the sender's choice (`jku`, `jwk`, `x5c`)
    /// chooses none here. `crit` says that something must be understood (§4.1.11).
    init(_ header: JSONValue) throws(TokenError) {
        guard header["crit"] == nil else {
            throw .malformed("its header has crit, and no extension is known here")
        }
        algorithm = try Self.algorithm(header["alg"])
        if let type = header["typ"], !Self.types.contains(type.stringValue?.lowercased() ?? "") {
            throw .malformed("its type is not JWT")
        }
        keyID = header["kid"]?.stringValue
        guard header["kid"] == nil || keyID != nil else { throw .malformed("its kid is no text") }
    }

    private static func algorithm(_ value: JSONValue?) throws(TokenError) -> Algorithm {
        switch value?.stringValue {
        case "HS256": return .hs256
        case "RS256": return .publicKey(.rs256)
        case "ES256": return .publicKey(.es256)
        default: throw .malformed("its algorithm is not HS256, RS256 or ES256")
        }
    }
}
