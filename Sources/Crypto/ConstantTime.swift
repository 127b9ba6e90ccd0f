import CLibCrypto

/// Comparison whose time does not depend on where two secrets differ.
package enum ConstantTime {
    /// Whether both hold the same bytes; lengths are not secret (openssl/crypto.h: CRYPTO_memcmp).
    package static func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return left.withUnsafeBytes { a in
            right.withUnsafeBytes { b in CRYPTO_memcmp(a.baseAddress, b.baseAddress, a.count) == 0 }
        }
    }
}
