import Crypto
import Formats

/// A signed token in the compact form (RFC 7515 §7.1), taken apart and decoded; nothing of it is verified
/// yet.
struct CompactToken {
    /// The most bytes of a token that are looked at. A session with its groups and roles stays below it.
    static let maxBytes = 8192

    let header: JSONValue
    let payload: [UInt8]
    let signature: [UInt8]
    /// The bytes the signature is about: the first two parts as they came.
    let signingInput: [UInt8]

    init(_ text: some StringProtocol) throws(TokenError) {
        let bytes = text.utf8
        guard bytes.count <= Self.maxBytes else { throw .malformed("it is too long") }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("it has not three parts") }
        guard let header = Base64URL.bytes(of: parts[0]), let payload = Base64URL.bytes(of: parts[1]),
            let signature = Base64URL.bytes(of: parts[2])
        else { throw .malformed("a part of it is no base64url") }
        self.header = try Self.object(header, "header")
        self.payload = payload
        self.signature = signature
        self.signingInput = parts[0] + [UInt8(ascii: ".")] + parts[1]
    }

    /// The claims, as an object; call it once the signature has been verified.
    func claims() throws(TokenError) -> JSONValue {
        try Self.object(payload, "payload")
    }

    private static func object(_ bytes: [UInt8], _ name: String) throws(TokenError) -> JSONValue {
        // What exactly is wrong with the JSON is of no use to anybody but who made it.
        guard let value = try? JSONValue.parse(bytes), case .object = value else {
            throw .malformed("its \(name) is no JSON object")
        }
        return value
    }
}
