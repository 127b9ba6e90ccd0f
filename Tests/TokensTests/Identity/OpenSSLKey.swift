import Crypto
import Foundation
import Testing

/// A key pair that openssl made, in a folder that goes with it.
final class OpenSSLKey: Sendable {
    enum Kind: Equatable, Sendable {
        case rsa(bits: Int)
        case ec(curve: String)
    }

    private let kind: Kind
    private let directory: URL

    init(_ kind: Kind) throws {
        self.kind = kind
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("focust-key-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let options =
            switch kind {
            case .rsa(let bits): ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:\(bits)"]
            case .ec(let curve): ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:\(curve)"]
            }
        _ = try OpenSSL.run(["genpkey"] + options + ["-out", path])
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    private var path: String { directory.appendingPathComponent("key.pem").path }

    /// The public key in `form`, "PEM" or "DER".
    func publicKey(_ form: String) throws -> [UInt8] {
        try OpenSSL.run(["pkey", "-in", path, "-pubout", "-outform", form])
    }

    /// As openssl signs: PKCS #1 v1.5 or DER.
    func signature(of message: [UInt8], digest: String = "sha256") throws -> [UInt8] {
        try OpenSSL.run(["dgst", "-\(digest)", "-sign", path], input: message)
    }

    /// As JWS wants it: an ECDSA signature as R and S of fixed length.
    func jwsSignature(of message: [UInt8]) throws -> [UInt8] {
        let signature = try signature(of: message)
        guard case .ec = kind else { return signature }
        let r = Array(signature[4..<(4 + Int(signature[3]))])
        let s = Array(signature[(6 + r.count)...])
        return [r, s].flatMap { number in
            let digits = number.drop { $0 == 0 }
            return [UInt8](repeating: 0, count: coordinateBytes - digits.count) + digits
        }
    }

    /// The members of a JWK that hold the numbers.
    func numbers() throws -> [(String, String)] {
        switch kind {
        case .rsa:
            let modulus = try OpenSSL.run(["rsa", "-in", path, "-noout", "-modulus"])
            let hex = String(decoding: modulus, as: UTF8.self).drop { $0 != "=" }.dropFirst()
            let bytes = stride(from: 0, to: hex.count - 1, by: 2).compactMap {
                UInt8(hex.dropFirst($0).prefix(2), radix: 16)
            }
            return [("kty", "RSA"), ("n", encode(bytes)), ("e", "AQAB")]
        case .ec(let curve):
            let point = try publicKey("DER").suffix(2 * coordinateBytes)
            return [
                ("kty", "EC"), ("crv", curve), ("x", encode(Array(point.prefix(coordinateBytes)))),
                ("y", encode(Array(point.suffix(coordinateBytes)))),
            ]
        }
    }

    /// The JWK, with members of its own.
    func jwk(_ members: [(String, String)]) throws -> String {
        let pairs = try (numbers() + members).map { "\"\($0)\":\"\($1)\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    private var coordinateBytes: Int { kind == .ec(curve: "P-384") ? 48 : 32 }
}

func encode(_ bytes: [UInt8]) -> String { String(decoding: Base64URL.encode(bytes.span), as: UTF8.self) }
