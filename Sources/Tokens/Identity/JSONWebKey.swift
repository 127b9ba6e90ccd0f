import Crypto
import Formats

/// One member of a key set (RFC 7517 §4), read for its public key alone.
enum JSONWebKey {
    /// The key, if it is one that verifies RS256 or ES256; nil for every other kind, `oct` above all: a
    /// secret has no place in a file of public keys, and a public key is never used as one.
    static func publicKey(_ member: JSONValue) -> PublicKey? {
        guard isForVerifying(member) else { return nil }
        // Why a key is no good matters only where all of them are, and then the set says so.
        return switch member["kty"]?.stringValue {
        case "RSA" where isFor(.rs256, member): try? rsa(member)
        case "EC" where isFor(.es256, member): try? p256(member)
        default: nil
        }
    }

    /// `use` and `key_ops` (RFC 7517 §4.2, §4.3) may be missing; where they are there, they must allow it.
    private static func isForVerifying(_ member: JSONValue) -> Bool {
        if let use = member["use"], use != "sig" { return false }
        if let operations = member["key_ops"] {
            return operations.arrayValue?.contains("verify") ?? false
        }
        return true
    }

    /// `alg` (RFC 7517 §4.4): a key for PS256 or RS512 is not ours to use for RS256.
    private static func isFor(_ algorithm: PublicKey.Algorithm, _ member: JSONValue) -> Bool {
        member["alg"].map { $0 == .string(algorithm.rawValue) } ?? true
    }

    private static func rsa(_ member: JSONValue) throws(PublicKeyError) -> PublicKey {
        guard let modulus = number(member["n"]), let exponent = number(member["e"]) else { throw .refused }
        return try PublicKey(rsaModulus: modulus, exponent: exponent)
    }

    private static func p256(_ member: JSONValue) throws(PublicKeyError) -> PublicKey {
        guard member["crv"] == "P-256", let x = number(member["x"]), let y = number(member["y"]) else {
            throw .refused
        }
        return try PublicKey(p256X: x, y: y)
    }

    private static func number(_ value: JSONValue?) -> [UInt8]? {
        value?.stringValue.flatMap { Base64URL.bytes(of: $0.utf8) }
    }
}
