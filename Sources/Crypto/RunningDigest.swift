import CLibCrypto

/// A digest of bytes that come piece by piece (openssl/evp.h).
package struct RunningDigest: ~Copyable {
    package enum Algorithm: Sendable {
        case sha1, sha256
    }

    private let context: OpaquePointer

    /// Nil where libcrypto has no memory, or a provider without the algorithm.
    package init?(_ algorithm: Algorithm) {
        guard let context = EVP_MD_CTX_new() else { return nil }
        let type =
            switch algorithm {
            case .sha1: EVP_sha1()
            case .sha256: EVP_sha256()
            }
        guard EVP_DigestInit_ex(context, type, nil) == 1 else {
            EVP_MD_CTX_free(context)
            return nil
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    package mutating func update(_ bytes: Span<UInt8>) {
        // Fails for contexts that were never begun alone, and the digest is then compared and found different.
        _ = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    }

    /// The digest of all that was given.
    package consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard EVP_DigestFinal_ex(context, &digest, &count) == 1 else { return [] }
        return Array(digest.prefix(Int(count)))
    }
}

/// SHA-256 (FIPS 180-4) of bytes that are all there.
package enum SHA256Digest {
    package static func of(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256(bytes, bytes.count, &digest)
        return digest
    }
}
