import Crypto
import Testing
import Tokens

private func verify(_ payload: String, now: Int = IdentityProvider.now) throws -> String {
    let secret = IdentityProvider.secret
    let token = try IdentityProvider.token(#"{"alg":"HS256"}"#, payload, secret: Array(secret.utf8))
    let verifier = IdentityVerifier(secret: Secret(secret), jwksPath: nil, report: { _ in })
    return try verifier.subject(of: token, for: .any, now: now)
}

@Suite struct IdentityClaimsTests {
    @Test(arguments: [
        (#"{"exp":1800000001,"sub":"u"}"#, "u"),
        (#"{"sub":"auth0|5f7c","exp":1800000001,"nbf":1}"#, "auth0|5f7c"),
        (#"{"sub":"L\u00e9a","exp":1800000001,"aud":["a","b"],"user":{"sub":"x","exp":1}}"#, "Léa"),
    ])
    func `The subject is what the token says`(payload: String, subject: String) throws {
        #expect(try verify(payload) == subject)
    }

    @Test(arguments: [
        #"{"exp":1800000600}"#, #"{"sub":"u"}"#, #"{"exp":1800000600,"sub":""}"#,
        #"{"exp":1800000600,"sub":1}"#,
        #"{"exp":1800000600,"sub":null}"#, #"{"exp":1800000600,"sub":["u"]}"#,
        #"{"exp":1800000600,"sub":"u","sub":"v"}"#, #"{"exp":1800000600,"sub":"u","exp":1900000000}"#,
        #"{"exp":1800000600,"sub":"u","s\u0075b":"v"}"#, #"{"exp":"1800000600","sub":"u"}"#,
        #"{"exp":1800000600.5,"sub":"u"}"#, #"{"exp":1.9e9,"sub":"u"}"#, #"{"exp":1e999,"sub":"u"}"#,
        #"{"exp":99999999999999999999,"sub":"u"}"#, #"{"exp":253402300800,"sub":"u"}"#,
        #"{"exp":-1,"sub":"u"}"#, #"{"exp":null,"sub":"u"}"#, #"{"exp":true,"sub":"u"}"#,
        #"{"exp":1800000600,"sub":"u","nbf":"1"}"#, #"{"exp":1800000600,"sub":"u","nbf":1.5}"#,
        #"{"exp":1800000600,"sub":"u","nbf":null}"#, #"{"user":{"exp":1800000600,"sub":"u"}}"#,
        #"[{"exp":1800000600,"sub":"u"}]"#, #"{"exp":1800000600,"sub":"u"} {}"#,
        #"{"exp":1800000600,"sub":"u""#,
        "null", "", "1",
    ])
    func `Claims that are missing, double or of another type are refused`(payload: String) {
        #expect(throws: TokenError.self) { _ = try verify(payload) }
    }

    @Test func `A session ends in the second of its exp`() throws {
        let payload = #"{"exp":1800000600,"sub":"u"}"#
        _ = try verify(payload, now: 1_800_000_599)
        #expect(throws: TokenError.expired) { _ = try verify(payload, now: 1_800_000_600) }
    }

    @Test func `A session may begin half a minute ahead of our clock and no more`() throws {
        let payload = #"{"exp":1800000600,"sub":"u","nbf":1800000030}"#
        _ = try verify(payload, now: 1_800_000_000)
        #expect(throws: TokenError.notYetValid) { _ = try verify(payload, now: 1_799_999_999) }
    }
}
