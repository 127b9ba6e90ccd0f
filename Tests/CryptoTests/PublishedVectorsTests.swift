import Crypto
import Testing

/// The algorithms by the examples of the papers that define them.
@Suite struct PublishedVectorsTests {
    /// One example of AES-128-CBC, in hexadecimal.
    struct CipherCase: CustomTestStringConvertible {
        let testDescription: String
        let key: String
        let iv: String
        let plain: String
        let cipher: String
    }

    static let ciphers = [
        CipherCase(
            testDescription: "FIPS 197, appendix B", key: "2b7e151628aed2a6abf7158809cf4f3c",
            iv: "00000000000000000000000000000000", plain: "3243f6a8885a308d313198a2e0370734",
            cipher: "3925841d02dc09fbdc118597196a0b32"),
        CipherCase(
            testDescription: "FIPS 197, appendix C.1", key: "000102030405060708090a0b0c0d0e0f",
            iv: "00000000000000000000000000000000", plain: "00112233445566778899aabbccddeeff",
            cipher: "69c4e0d86a7b0430d8cdb78070b4c55a"),
        CipherCase(
            testDescription: "SP 800-38A, F.2.1", key: "2b7e151628aed2a6abf7158809cf4f3c",
            iv: "000102030405060708090a0b0c0d0e0f",
            plain: "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
            cipher: "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
                + "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"),
    ]

    @Test(arguments: ciphers) func `AES-128-CBC is that of the standard`(example: CipherCase) throws {
        let key = try #require(ContentKey(bytes: bytes(example.key)))
        let whole = try AES128CBC(.encrypt, key: key, iv: bytes(example.iv)).finishWithoutPadding(
            with: bytes(example.plain))
        #expect(whole == bytes(example.cipher))
        // With padding the same blocks come first, and one more behind them (RFC 8216 §4.3.2.4: PKCS7).
        let padded = try AES128CBC(.encrypt, key: key, iv: bytes(example.iv)).finish(
            with: bytes(example.plain))
        #expect(padded.starts(with: whole) && padded.count == whole.count + AES128CBC.blockSize)
        let back = try AES128CBC(.decrypt, key: key, iv: bytes(example.iv)).finish(with: padded)
        #expect(back == bytes(example.plain))
    }

    @Test(arguments: ciphers) func `What another key encrypted, or what was cut short, is refused`(
        example: CipherCase
    ) throws {
        let key = try #require(ContentKey(bytes: bytes(example.key)))
        let padded = try AES128CBC(.encrypt, key: key, iv: bytes(example.iv)).finish(
            with: bytes(example.plain))
        let other = try #require(ContentKey(bytes: bytes("ffffffffffffffffffffffffffffffff")))
        #expect(throws: AES128CBCError.self) {
            try AES128CBC(.decrypt, key: other, iv: bytes(example.iv)).finish(with: padded)
        }
        #expect(throws: AES128CBCError.self) {
            try AES128CBC(.decrypt, key: key, iv: bytes(example.iv)).finish(with: Array(padded.dropLast()))
        }
    }

    @Test func `A segment's vector is its number, as sixteen bytes, and no other length is taken`() throws {
        #expect(AES128CBC.iv(sequenceNumber: 0) == bytes("00000000000000000000000000000000"))
        #expect(AES128CBC.iv(sequenceNumber: 0x01_0203) == bytes("00000000000000000000000000010203"))
        let key = try #require(ContentKey(bytes: bytes("000102030405060708090a0b0c0d0e0f")))
        for length in [0, 15, 17] {
            #expect(throws: AES128CBCError.self) {
                try AES128CBC(.encrypt, key: key, iv: [UInt8](repeating: 0, count: length))
            }
        }
    }

    /// One example of HMAC-SHA-256; of the fifth the RFC gives the first half of the tag.
    struct TagCase: CustomTestStringConvertible {
        let number: Int
        let key: [UInt8]
        let message: [UInt8]
        let tag: String
        var testDescription: String { "RFC 4231, case \(number)" }
    }

    static let tags = [
        TagCase(
            number: 1, key: [UInt8](repeating: 0x0B, count: 20), message: Array("Hi There".utf8),
            tag: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        TagCase(
            number: 2, key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            tag: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        TagCase(
            number: 3, key: [UInt8](repeating: 0xAA, count: 20), message: [UInt8](repeating: 0xDD, count: 50),
            tag: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        TagCase(
            number: 4, key: Array(1...25), message: [UInt8](repeating: 0xCD, count: 50),
            tag: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        TagCase(
            number: 5, key: [UInt8](repeating: 0x0C, count: 20), message: Array("Test With Truncation".utf8),
            tag: "a3b6167473100ee06e0c796c2955552b"),
        TagCase(
            number: 6, key: [UInt8](repeating: 0xAA, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            tag: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        TagCase(
            number: 7, key: [UInt8](repeating: 0xAA, count: 131),
            message: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            tag: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test(arguments: tags) func `HMAC-SHA-256 is that of the RFC`(example: TagCase) {
        let tag = HMACSHA256(key: example.key).tag(example.message.span)
        #expect(tag.indices.map { tag[$0] }.starts(with: bytes(example.tag)))
    }

    @Test(arguments: tags) func `A tag is good for its message alone, and whole`(example: TagCase) {
        let hmac = HMACSHA256(key: example.key)
        func isGood(_ tag: [UInt8], _ message: [UInt8]) -> Bool { hmac.isValid(tag.span, for: message.span) }
        let made = hmac.tag(example.message.span)
        let tag = made.indices.map { made[$0] }
        #expect(isGood(tag, example.message))
        for index in tag.indices {
            var other = tag
            other[index] ^= 1
            #expect(!isGood(other, example.message))
        }
        #expect(!isGood(Array(tag.dropLast()), example.message))
        #expect(!isGood([], example.message))
        #expect(!isGood(tag, example.message + [0]))
    }

    @Test(arguments: [
        (RunningDigest.Algorithm.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func `A digest that comes piece by piece is that of FIPS 180-4`(
        algorithm: RunningDigest.Algorithm, expected: String
    ) {
        guard var digest = RunningDigest(algorithm) else {
            Issue.record("no digest")
            return
        }
        for byte in "abc".utf8 { digest.update([byte].span) }
        #expect(digest.finish() == bytes(expected))
    }

    @Test func `SHA-256 of nothing and of abc is that of FIPS 180-4`() {
        #expect(
            SHA256Digest.of([])
                == bytes("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
        #expect(
            SHA256Digest.of(Array("abc".utf8))
                == bytes("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
    }

    /// Bytes of hexadecimal digits.
    private func bytes(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }
}
