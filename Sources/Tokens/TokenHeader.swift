import Crypto
import Formats

/// The JOSE header of a token whose header is not one of the usual ones, byte for byte.
enum TokenHeader {
    /// The most characters of an encoded header that are looked at; a certificate chain does not fit.
    private static let maxLength = 1024
    /// As many bytes as that can be.
    private static let maxBytes = 768

    /// Takes `alg` HS256 and ignores what else there is (RFC 7515 §4): `kid`, `jwk`, `jku` and `x5c` choose no key here,
    /// for the keys and the algorithm are this server's own. `crit` says that something must be understood (§4.1.11).
    static func check(_ header: Span<UInt8>) throws(TokenError) {
        guard header.count <= maxLength, let members = members(of: header) else {
            throw .malformed("its header is no JSON object")
        }
        for (name, value) in members {
            switch name {
            case "alg":
                guard value == .string("HS256") else { throw .malformed("its algorithm is not HS256") }
            case "crit": throw .malformed("its header has crit, and no extension is known here")
            default: continue
            }
        }
        guard members.contains(where: { $0.name == "alg" }) else { throw .malformed("it names no algorithm") }
    }

    private static func members(of header: Span<UInt8>) -> [(name: String, value: JSONValue)]? {
        var decoded = [UInt8](repeating: 0, count: maxBytes)
        var span = decoded.mutableSpan
        guard let count = Base64URL.decode(header, into: &span) else { return nil }
        let bytes = Array(decoded[..<count])
        // Whatever is wrong with it, the answer is the same: no header.
        guard case .object(let members)? = try? JSONValue.parse(bytes) else { return nil }
        return members.map { ($0.key, $0.value) }
    }
}
