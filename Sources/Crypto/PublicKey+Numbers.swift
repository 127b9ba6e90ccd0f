// Keys from the numbers a JSON Web Key holds (RFC 7518 §6). The SubjectPublicKeyInfo is built by hand: a
// constant and two numbers, where the parameters of EVP_PKEY_fromdata would want the machine's byte order and
// a builder to free.
extension PublicKey {
    private static let rsaBits = 2048...8192
    private static let maxExponentBytes = 4
    private static let coordinateBytes = 32

    /// rsaEncryption with NULL parameters (RFC 3279 §2.3.1).
    private static let rsaAlgorithm: [UInt8] = [
        0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
    ]
    /// id-ecPublicKey on prime256v1 (RFC 5480 §2.1.1).
    private static let p256Algorithm: [UInt8] = [
        0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07,
    ]
    /// The first byte of a point whose two coordinates follow in full (SEC 1 §2.3.3).
    private static let uncompressed: UInt8 = 4

    /// An RS256 key; both numbers big-endian. An exponent of 1 would make every message its own signature.
    package convenience init(rsaModulus modulus: [UInt8], exponent: [UInt8]) throws(PublicKeyError) {
        let digits = exponent.drop { $0 == 0 }
        guard digits.count <= Self.maxExponentBytes, let last = digits.last, last & 1 == 1,
            Array(digits) != [1]
        else { throw .exponent }
        guard modulus.count <= Self.rsaBits.upperBound / 8 + 1 else {
            throw .modulusSize(bits: modulus.count * 8)
        }
        let key = DER.sequence(DER.integer(modulus), DER.integer(exponent))
        try self.init(
            .rs256, subjectPublicKeyInfo: DER.sequence(Self.rsaAlgorithm, DER.bitString(key)))
        guard Self.rsaBits.contains(bitCount) else { throw .modulusSize(bits: bitCount) }
    }

    /// An ES256 key; both coordinates big-endian, 32 bytes.
    package convenience init(p256X x: [UInt8], y: [UInt8]) throws(PublicKeyError) {
        guard x.count == Self.coordinateBytes, y.count == Self.coordinateBytes else { throw .coordinateSize }
        let point = [Self.uncompressed] + x + y
        try self.init(
            .es256, subjectPublicKeyInfo: DER.sequence(Self.p256Algorithm, DER.bitString(point)))
    }
}
