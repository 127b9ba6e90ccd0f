import Crypto
import Formats

/// The JOSE header of a token whose header is not one of the usual ones, byte for byte.
enum TokenHeader {
    /// The most characters of an encoded header that are looked at.
    private static let maxLength = 256

    /// Takes `{"alg":"HS256"}` with or without `"typ":"JWT"` and nothing else.
    ///
    /// A `kid`, `jwk`, `jku` or `x5c` would ask this server to choose a key, `crit` to understand an extension
    /// (RFC 7515 §4.1): it does neither, and nobody who signs for it has a reason to send them.
    static func check(_ header: Span<UInt8>) throws(TokenError) {
        guard header.count <= maxLength, let members = members(of: header) else {
            throw .malformed("its header is no JSON object")
        }
        for (name, value) in members {
            switch name {
            case "alg":
                guard value == .string("HS256") else { throw .malformed("its algorithm is not HS256") }
            case "typ":
                guard value.stringValue?.lowercased() == "jwt" else {
                    throw .malformed("its type is not JWT")
                }
            default: throw .malformed("its header has a member that is not taken here")
            }
        }
        guard members.contains(where: { $0.name == "alg" }) else { throw .malformed("it names no algorithm") }
    }

    private static func members(of header: Span<UInt8>) -> [(name: String, value: JSONValue)]? {
        var decoded = InlineArray<192, UInt8>(repeating: 0)
        var span = decoded.mutableSpan
        guard let count = Base64URL.decode(header, into: &span) else { return nil }
        let bytes = (0..<count).map { decoded[$0] }
        // Whatever is wrong with it, the answer is the same: no header.
        guard case .object(let members)? = try? JSONValue.parse(bytes) else { return nil }
        return members.map { ($0.key, $0.value) }
    }
}
