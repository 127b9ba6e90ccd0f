import Crypto
import Glibc

/// Verifies HS256 tokens in the compact form (RFC 7515 §7.1) under the present signing key and those before it.
///
/// Own code, because every playback request pays for it: spans, no tree, no allocation on the accepted path.
package struct TokenVerifier: Sendable {
    /// The most characters of a token that are looked at.
    package static let maxLength = 4096

    /// How far ahead of our clock a token may be dated, seconds: one that was issued right after a revocation is, by a
    /// second or a few, and the clocks of several machines differ.
    package static let issuedAtLeeway = 30

    /// Headers as PyJWT 2, PyJWT 1 and this server write them, already encoded. Anything else is parsed.
    private static let usualHeaders: [StaticString] = [
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9",
    ]

    private let keys: [HMACSHA256]

    /// `keys` in the order they are tried: the signing key first.
    package init(keys: [HMACSHA256]) {
        self.keys = keys
    }

    /// The claims of `token`, if a key of ours signed it and `now` (seconds since 1970) lies within its dates.
    ///
    /// The algorithm is never chosen by the token (RFC 8725 §3.1): HS256 or nothing. What a key is bound to, the
    /// gate decides from the claims.
    ///
    /// `lifeAt`: the second at which the token must have lived, where that is an earlier one than `now`.
    package func verify(
        _ token: Span<UInt8>, now: Int, lifeAt second: Int? = nil
    ) throws(TokenError) -> Claims {
        guard token.count <= Self.maxLength else { throw .malformed("it is too long") }
        let dots = try Self.dots(in: token)
        try checkSignature(of: token, from: dots.second)
        try Self.checkHeader(token.extracting(0..<dots.first))
        var reader = ClaimsReader()
        try reader.read(token.extracting(dots.first + 1..<dots.second))
        guard (second ?? now) < reader.claims.expiry else { throw .expired }
        guard reader.claims.notBefore.map({ now >= $0 }) ?? true else { throw .notYetValid }
        // Dated in the future it would outlive the revocations until then.
        guard reader.claims.issuedAt.map({ $0 <= now + Self.issuedAtLeeway }) ?? true else {
            throw .notYetValid
        }
        return reader.finish()
    }

    private static func dots(in token: Span<UInt8>) throws(TokenError) -> (first: Int, second: Int) {
        guard let first = dot(in: token, from: 0), let second = dot(in: token, from: first + 1) else {
            throw .malformed("it has fewer than three parts")
        }
        guard dot(in: token, from: second + 1) == nil else {
            throw .malformed("it has more than three parts")
        }
        return (first, second)
    }

    /// Where the next dot stands; memchr(3) looks at 32 bytes at a time, and all of a token is looked at.
    private static func dot(in token: Span<UInt8>, from start: Int) -> Int? {
        token.extracting(start..<token.count).withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress,
                let found = memchr(base, Int32(UInt8(ascii: ".")), bytes.count)
            else { return nil }
            return start + (UnsafeRawPointer(found) - base)
        }
    }

    private func checkSignature(of token: Span<UInt8>, from dot: Int) throws(TokenError) {
        var signature = InlineArray<32, UInt8>(repeating: 0)
        var span = signature.mutableSpan
        let count = Base64URL.decode(token.extracting(dot + 1..<token.count), into: &span)
        guard count == HMACSHA256.tagLength else { throw .wrongSignature }
        let message = token.extracting(0..<dot)
        for key in keys where key.isValid(signature.span, for: message) { return }
        throw .wrongSignature
    }

    private static func checkHeader(_ header: Span<UInt8>) throws(TokenError) {
        for usual in usualHeaders where header.count == usual.utf8CodeUnitCount {
            if header.indices.allSatisfy({ header[$0] == usual.utf8Start[$0] }) { return }
        }
        try TokenHeader.check(header)
    }
}
