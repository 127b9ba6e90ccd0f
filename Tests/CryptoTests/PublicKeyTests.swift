import Crypto
import Testing

private func bytes(_ base64: String) throws -> [UInt8] { try #require(Base64URL.bytes(of: base64.utf8)) }

extension PublicKey {
    fileprivate func accepts(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
        isValid(signature.span, for: message.span)
    }
}

/// The examples of RFC 7515, appendices A.2 and A.3.
private enum Example {
    static let payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    static let modulus =
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL"
        + "-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9"
        + "e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco"
        + "9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
    static let rs256 =
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9"
        + "uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRm"
        + "B_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98"
        + "rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    static let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
    static let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
    static let es256 =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

    static func message(_ algorithm: PublicKey.Algorithm) -> [UInt8] {
        let header = algorithm == .rs256 ? "eyJhbGciOiJSUzI1NiJ9" : "eyJhbGciOiJFUzI1NiJ9"
        return Array("\(header).\(payload)".utf8)
    }

    static func key(_ algorithm: PublicKey.Algorithm) throws -> PublicKey {
        switch algorithm {
        case .rs256: try PublicKey(rsaModulus: try bytes(modulus), exponent: [1, 0, 1])
        case .es256: try PublicKey(p256X: try bytes(x), y: try bytes(y))
        }
    }

    static func signature(_ algorithm: PublicKey.Algorithm) throws -> [UInt8] {
        try bytes(algorithm == .rs256 ? rs256 : es256)
    }
}

@Suite struct PublicKeyTests {
    @Test(arguments: PublicKey.Algorithm.allCases)
    func `The examples of RFC 7515 verify`(algorithm: PublicKey.Algorithm) throws {
        let signature = try Example.signature(algorithm)
        let message = Example.message(algorithm)
        #expect(try Example.key(algorithm).accepts(signature, message))
    }

    static let changes: [(String, @Sendable ([UInt8]) -> [UInt8])] = [
        ("one bit", { $0.dropLast() + [($0.last ?? 0) ^ 1] }), ("cut", { $0.dropLast() }),
        ("longer", { $0 + [0] }), ("a zero in front", { [0] + $0 }), ("empty", { _ in [] }),
        ("all zero", { $0.map { _ in 0 } }), ("all ones", { $0.map { _ in 255 } }),
        ("halves exchanged", { Array($0[($0.count / 2)...] + $0[..<($0.count / 2)]) }),
    ]

    @Test(arguments: PublicKey.Algorithm.allCases, changes.indices)
    func `A changed signature does not`(algorithm: PublicKey.Algorithm, index: Int) throws {
        let (name, change) = Self.changes[index]
        let signature = change(try Example.signature(algorithm))
        let message = Example.message(algorithm)
        #expect(try !Example.key(algorithm).accepts(signature, message), "\(name)")
    }

    @Test(arguments: PublicKey.Algorithm.allCases)
    func `A signature is good for its message and its key alone`(algorithm: PublicKey.Algorithm) throws {
        let signature = try Example.signature(algorithm)
        let other = Example.message(algorithm) + [0]
        #expect(try !Example.key(algorithm).accepts(signature, other))
        let message = Example.message(algorithm)
        for foreign in PublicKey.Algorithm.allCases where foreign != algorithm {
            #expect(try !Example.key(foreign).accepts(signature, message))
        }
    }

    /// Made by `openssl dgst -sha256 -sign`: numbers that begin with zero bytes, which the two forms of a
    /// signature write differently.
    @Test(arguments: [
        (
            "message 63",
            "AEjZl6mQdtjrwZUBRIij9gaYv_Qdp9KsHfFKh3nBhzwClDCYFikDgQXprm0poGDgZTQsNJVhJQCTdLKON5ktsg"
        ),
        (
            "message 139",
            "_6II4NaBLrB8hY3PZQ3L4uBnMhnRsaG5WcZOzpXW_-EADrZeysqU_l1fOS9UqGHPXXkFgyU3g-zZVBUD03T2Xg"
        ),
    ])
    func `A number that begins with zero bytes is understood`(message: String, signature: String) throws {
        let key = try PublicKey(
            p256X: try bytes("yE9uIYW0sBNHTdUFDemJ0Uqyw2qp14VxHSEnQY2OKMk"),
            y: try bytes("WHeI6pXltk9uqvQp2Ko3lZsLs4yl3sHAOnz9UOzAqcE"))
        let signature = try bytes(signature)
        #expect(key.accepts(signature, Array(message.utf8)))
        #expect(!key.accepts(signature, Array("another".utf8)))
    }

    @Test func `An RSA key is refused for its size or its exponent`() throws {
        let modulus = try bytes(Example.modulus)
        #expect(throws: PublicKeyError.modulusSize(bits: 2040)) {
            _ = try PublicKey(rsaModulus: Array(modulus.dropLast()), exponent: [1, 0, 1])
        }
        #expect(throws: PublicKeyError.modulusSize(bits: 2040)) {
            _ = try PublicKey(rsaModulus: [0, 0] + modulus.dropLast(), exponent: [1, 0, 1])
        }
        #expect(throws: PublicKeyError.self) {
            _ = try PublicKey(
                rsaModulus: [UInt8](repeating: 255, count: 1 << 20), exponent: [1, 0, 1])
        }
        #expect(throws: PublicKeyError.self) { _ = try PublicKey(rsaModulus: [], exponent: [1, 0, 1]) }
        for exponent in [[], [0], [1], [0, 0, 1], [2], [1, 0, 0], [1, 0, 0, 0, 1]] as [[UInt8]] {
            #expect(throws: PublicKeyError.exponent) {
                _ = try PublicKey(rsaModulus: modulus, exponent: exponent)
            }
        }
        _ = try PublicKey(rsaModulus: [0] + modulus, exponent: [0, 3])
    }

    @Test func `A point is refused unless it lies on P-256 and is written in full`() throws {
        let x = try bytes(Example.x)
        let y = try bytes(Example.y)
        #expect(throws: PublicKeyError.refused) { _ = try PublicKey(p256X: y, y: x) }
        #expect(throws: PublicKeyError.refused) {
            _ = try PublicKey(
                p256X: [UInt8](repeating: 0, count: 32), y: [UInt8](repeating: 0, count: 32))
        }
        #expect(throws: PublicKeyError.coordinateSize) { _ = try PublicKey(p256X: [0] + x, y: y) }
        #expect(throws: PublicKeyError.coordinateSize) {
            _ = try PublicKey(p256X: x, y: Array(y.dropFirst()))
        }
    }
}
