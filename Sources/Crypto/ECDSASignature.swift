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
