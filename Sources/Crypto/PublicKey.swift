import CLibCrypto

/// A public key that verifies the signatures of one algorithm and of no other.
///
/// `@unchecked Sendable`, and why that holds: the pointer is private and the key is never changed once `init`
/// has returned. What OpenSSL keeps beside it to be faster (the provider's copy, the Montgomery form of the
/// modulus) it guards with locks of its own, as it must for the one key that all connections of a TLS server
/// share.
package final class PublicKey: @unchecked Sendable {
    /// The signature algorithms of JWS that are verified with a public key here (RFC 7518 §3.1).
    package enum Algorithm: String, CaseIterable, Sendable {
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        case rs256 = "RS256"
        /// ECDSA on P-256 with SHA-256.
        case es256 = "ES256"
    }

    package let algorithm: Algorithm
    private let key: OpaquePointer

    /// Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7; openssl/x509.h: d2i_PUBKEY). libcrypto refuses a point
    /// that does not lie on its curve.
    init(_ algorithm: Algorithm, subjectPublicKeyInfo info: [UInt8]) throws(PublicKeyError) {
        let key = info.withUnsafeBufferPointer { bytes in
            var cursor = bytes.baseAddress
            return d2i_PUBKEY(nil, &cursor, bytes.count)
        }
        guard let key else {
            // A failed call leaves its reasons in the thread's queue, where the next caller would find them.
            ERR_clear_error()
            throw .refused
        }
        self.algorithm = algorithm
        self.key = key
    }

    deinit {
        EVP_PKEY_free(key)
    }

    /// Of the modulus or the curve.
    var bitCount: Int { Int(EVP_PKEY_get_bits(key)) }

    /// Whether `signature`, in the form JWS gives it (RFC 7518 §3.3, §3.4), is this key's for `message`.
    package func isValid(_ signature: Span<UInt8>, for message: Span<UInt8>) -> Bool {
        switch algorithm {
        case .rs256: verify(signature, message)
        case .es256: ECDSASignature.der(ofRaw: signature).map { verify($0.span, message) } ?? false
        }
    }

    /// openssl/evp.h: EVP_DigestVerify answers 1 for a good signature, 0 or less for any other outcome.
    private func verify(_ signature: Span<UInt8>, _ message: Span<UInt8>) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1 else { return false }
        let outcome = signature.withUnsafeBufferPointer { signature in
            message.withUnsafeBufferPointer { message in
                EVP_DigestVerify(
                    context, signature.baseAddress, signature.count, message.baseAddress, message.count)
            }
        }
        if outcome != 1 { ERR_clear_error() }
        return outcome == 1
    }
}

/// Why numbers are no public key that is taken here.
package enum PublicKeyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// RFC 7518 §3.3 asks for 2048 bits; above 8192 one verification is slow enough to be an attack.
    case modulusSize(bits: Int)
    /// Even, below 3 or longer than four bytes.
    case exponent
    /// Not 32 bytes, as RFC 7518 §6.2.1.2 asks.
    case coordinateSize
    /// libcrypto made no key of them: a point off its curve, for one.
    case refused

    package var description: String {
        switch self {
        case .modulusSize(let bits): "an RSA key of \(bits) bits instead of 2048 to 8192"
        case .exponent: "an RSA exponent that is even, below 3 or above 32 bits"
        case .coordinateSize: "a P-256 coordinate that is not 32 bytes"
        case .refused: "no such key exists"
        }
    }
}

/// The two forms of an ECDSA signature on P-256.
enum ECDSASignature {
    /// R and S, 32 bytes each (RFC 7518 §3.4).
    private static let rawBytes = 64

    /// JWS's form, turned into the one libcrypto reads (RFC 3279 §2.2.3); nil where it is not 64 bytes.
    static func der(ofRaw raw: Span<UInt8>) -> [UInt8]? {
        guard raw.count == rawBytes else { return nil }
        let numbers = raw.indices.map { raw[$0] }
        return DER.sequence(
            DER.integer(numbers[..<(rawBytes / 2)]), DER.integer(numbers[(rawBytes / 2)...]))
    }
}
