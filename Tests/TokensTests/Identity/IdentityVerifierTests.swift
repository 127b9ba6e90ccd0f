import Crypto
import Foundation
import Testing
import Tokens

private typealias Provider = IdentityProvider

@Suite struct IdentityVerifierTests {
    private let provider: IdentityProvider
    private let file: KeyFile
    private let verifier: IdentityVerifier

    init() throws {
        provider = try IdentityProvider.shared.get()
        file = try KeyFile(try provider.keySet())
        verifier = file.verifier()
    }

    private func subject(_ token: String, now: Int = Provider.now) throws(TokenError) -> String {
        try verifier.subject(of: token, for: .any, now: now)
    }

    @Test(arguments: [
        #"{"alg":"RS256"}"#, #"{"alg":"RS256","kid":"r1"}"#, #"{"typ":"JWT","alg":"RS256","kid":"r1"}"#,
        #"{"alg":"RS256","typ":"at+jwt"}"#, #"{"alg":"RS256","typ":"jwt","x5t":"abc","x5t#S256":"def"}"#,
        #"{"alg":"RS256","kid":"r1","cat":"a member of the provider's own"}"#,
        #"{"alg":"RS256","jku":"https://evil.example/jwks","jwk":{},"x5u":"https://evil.example","x5c":[]}"#,
        #"{"alg":"RS256","b64":true,"cty":"JWT"}"#,
    ])
    func `A token that openssl signed with RSA is taken`(header: String) throws {
        #expect(try subject(Provider.token(header, signedBy: provider.rsa)) == "learner-1")
    }

    @Test(arguments: [#"{"alg":"ES256","typ":"JWT"}"#, #"{"alg":"ES256","kid":"e1"}"#])
    func `A token that openssl signed on P-256 is taken`(header: String) throws {
        #expect(try subject(Provider.token(header, signedBy: provider.ec)) == "learner-1")
    }

    @Test(arguments: [#"{"alg":"HS256","typ":"JWT"}"#, #"{"alg":"HS256","kid":"whatever"}"#])
    func `A token that openssl signed with the secret is taken`(header: String) throws {
        let token = try Provider.token(header, secret: Array(Provider.secret.utf8))
        #expect(try subject(token) == "learner-1")
        let withoutSecret = file.verifier(secret: nil)
        #expect(throws: TokenError.wrongSignature) {
            _ = try withoutSecret.subject(of: token, for: .any, now: Provider.now)
        }
    }

    @Test func `Nothing is taken where nothing is set`() throws {
        let closed = IdentityVerifier(secret: nil, jwksPath: nil, report: { _ in })
        for token in [
            try Provider.token(#"{"alg":"RS256"}"#, signedBy: provider.rsa),
            try Provider.token(#"{"alg":"HS256"}"#, secret: []),
        ] {
            #expect(throws: TokenError.wrongSignature) {
                _ = try closed.subject(of: token, for: .any, now: Provider.now)
            }
        }
    }

    @Test(arguments: [
        #"{"alg":"none"}"#, #"{"alg":"None"}"#, #"{"alg":""}"#, #"{"alg":"rs256"}"#, #"{"alg":"RS512"}"#,
        #"{"alg":"PS256"}"#, #"{"alg":"HS384"}"#, #"{"alg":["RS256"]}"#, #"{"alg":null}"#, #"{"kid":"r1"}"#,
        #"{"alg":"RS256","alg":"RS256"}"#, #"{"alg":"RS256","typ":"JOSE"}"#, #"{"alg":"RS256","typ":1}"#,
        #"{"alg":"RS256","kid":1}"#, #"{"alg":"RS256","kid":null}"#, #"{"alg":"RS256","kid":""}"#,
        #"{"alg":"RS256","kid":"r2"}"#, #"{"alg":"RS256","kid":"e1"}"#, #"{"alg":"RS256","kid":"R1"}"#,
        #"{"alg":"RS256","kid":"../../../../etc/passwd"}"#, #"{"alg":"RS256","kid":"r1\u0000"}"#,
        #"{"alg":"RS256","kid":"r1' OR '1'='1"}"#, #"{"alg":"RS256","crit":["exp"]}"#,
        #"{"alg":"RS256","crit":["b64"],"b64":false}"#, #"{"alg":"RS256","crit":[]}"#,
        #"{"alg":"ES256"}"#, #"{"alg":"HS256"}"#, "{}", "[]", "null", "", "\u{FEFF}{\"alg\":\"RS256\"}",
        #"{"alg":"RS256"} "# + String(repeating: " ", count: 8192),
    ])
    func `Any other header is refused, even under a good signature`(header: String) throws {
        let token = try Provider.token(header, signedBy: provider.rsa)
        #expect(throws: TokenError.self) { _ = try subject(token) }
    }

    @Test(arguments: ["none", "None", "HS256", "RS256", "ES256"])
    func `A token without a signature is refused`(algorithm: String) {
        let input = Provider.signingInput(#"{"alg":"\#(algorithm)"}"#)
        #expect(throws: TokenError.self) { _ = try subject(input + ".") }
        #expect(throws: TokenError.self) { _ = try subject(input) }
    }

    @Test func `A public key is never used as a secret`() throws {
        let pem = try provider.rsa.publicKey("PEM")
        let secrets = [
            pem, pem.dropLast(), try provider.rsa.publicKey("DER"), try provider.ec.publicKey("PEM"),
            try provider.ec.publicKey("DER"), Array(try provider.keySet().utf8),
            Array(try provider.rsa.jwk([("kid", "r1"), ("use", "sig"), ("alg", "RS256")]).utf8), [],
        ]
        for secret in secrets {
            for header in [
                #"{"alg":"HS256"}"#, #"{"alg":"HS256","kid":"r1"}"#, #"{"alg":"RS256","kid":"r1"}"#,
            ] {
                let token = try Provider.token(header, secret: Array(secret))
                #expect(throws: TokenError.wrongSignature) { _ = try subject(token) }
                let withoutSecret = file.verifier(secret: nil)
                #expect(throws: TokenError.wrongSignature) {
                    _ = try withoutSecret.subject(of: token, for: .any, now: Provider.now)
                }
            }
        }
    }

    @Test func `A stranger's key is refused, whatever the token calls it`() throws {
        for header in [#"{"alg":"RS256"}"#, #"{"alg":"RS256","kid":"r1"}"#] {
            let token = try Provider.token(header, signedBy: provider.stranger)
            #expect(throws: TokenError.wrongSignature) { _ = try subject(token) }
        }
        for header in [#"{"alg":"ES256"}"#, #"{"alg":"ES256","kid":"e1"}"#] {
            let token = try Provider.token(header, signedBy: provider.strangerEC)
            #expect(throws: TokenError.wrongSignature) { _ = try subject(token) }
        }
    }

    @Test func `An ECDSA signature as DER is refused`() throws {
        let input = Provider.signingInput(#"{"alg":"ES256"}"#)
        let signature = try provider.ec.signature(of: Array(input.utf8))
        #expect(throws: TokenError.wrongSignature) { _ = try subject("\(input).\(encode(signature))") }
    }

    static let mangled: [(String, @Sendable (String) -> String)] = [
        ("signature cut by a byte", { String($0.dropLast(2)) }), ("one character more", { $0 + "A" }),
        ("padded", { $0 + "=" }), ("a fourth part", { $0 + ".AAAA" }), ("a space before", { " " + $0 }),
        ("another payload", { $0.replacing("eyJzdWI", with: "eyJzdWJ") }), ("empty", { _ in "" }),
        ("dots", { _ in ".." }), ("a line break inside", { $0.replacing(".", with: ".\n") }),
        ("not ASCII", { $0 + "é" }), ("too long", { $0 + String(repeating: "A", count: 8192) }),
    ]

    @Test(arguments: mangled.indices, [true, false])
    func `A token changed in any way is refused`(index: Int, isRSA: Bool) throws {
        let (name, mangle) = Self.mangled[index]
        let token =
            isRSA
            ? try Provider.token(#"{"alg":"RS256"}"#, signedBy: provider.rsa)
            : try Provider.token(#"{"alg":"ES256"}"#, signedBy: provider.ec)
        _ = try subject(token)
        #expect(throws: TokenError.self, "\(name)") { _ = try subject(mangle(token)) }
    }
}
