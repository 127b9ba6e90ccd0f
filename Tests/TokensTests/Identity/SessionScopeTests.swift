import Crypto
import Testing
import Tokens

/// The session of `learner-1` with these claims besides, judged for one site.
private func subject(
    _ claims: String, issuers: [String] = ["https://id.example.com"], audiences: [String] = ["app", "site"]
) throws -> String {
    let secret = IdentityProvider.secret
    let payload = #"{"exp":1800000600,"sub":"learner-1"\#(claims)}"#
    let token = try IdentityProvider.token(#"{"alg":"HS256"}"#, payload, secret: Array(secret.utf8))
    let verifier = IdentityVerifier(secret: Secret(secret), jwksPath: nil, report: { _ in })
    return try verifier.subject(
        of: token, for: SessionScope(issuers: issuers, audiences: audiences), now: IdentityProvider.now)
}

@Suite struct SessionScopeTests {
    @Test(arguments: [
        #","iss":"https://id.example.com","aud":"app""#,
        #","iss":"https://id.example.com","aud":["x","site"]"#,
        #","aud":["app"],"iss":"https:\/\/id.example.com""#,
    ])
    func `A session issued here and for this site is taken`(claims: String) throws {
        #expect(try subject(claims) == "learner-1")
    }

    @Test(arguments: [
        #","aud":"app""#, #","iss":"https://id.example.com/","aud":"app""#,
        #","iss":"https://ID.example.com","aud":"app""#, #","iss":"","aud":"app""#,
        #","iss":"https://id.example.com.evil.example","aud":"app""#,
    ])
    func `A session of another provider is refused`(claims: String) {
        #expect(throws: TokenError.wrongIssuer) { _ = try subject(claims) }
        #expect(throws: Never.self) { _ = try subject(claims, issuers: []) }
    }

    @Test(arguments: [
        "", #","aud":"other""#, #","aud":"App""#, #","aud":"app ""#, #","aud":"app,site""#, #","aud":[]"#,
        #","aud":["other","ap"]"#, #","aud":"""#, #","azp":"app""#,
    ])
    func `A session for another application is refused`(claims: String) {
        let claims = #","iss":"https://id.example.com""# + claims
        #expect(throws: TokenError.wrongAudience) { _ = try subject(claims) }
        #expect(throws: Never.self) { _ = try subject(claims, audiences: []) }
    }

    @Test func `Two spellings of one text are two audiences`() {
        #expect(throws: TokenError.wrongAudience) {
            _ = try subject(#","aud":"L\u00e9a""#, issuers: [], audiences: ["Le\u{301}a"])
        }
    }

    @Test(arguments: [
        #","iss":1"#, #","iss":null"#, #","iss":["https://id.example.com"]"#, #","aud":1"#, #","aud":null"#,
        #","aud":{"0":"app"}"#, #","aud":["app",1]"#, #","aud":["app",null]"#, #","aud":[["app"]]"#,
        #","aud":"app","aud":"other""#, #","iss":"https://id.example.com","iss":"other""#,
    ])
    func `Claims of another type than the standard's are refused whatever the settings`(claims: String) {
        #expect(throws: TokenError.self) { _ = try subject(claims, issuers: [], audiences: []) }
    }
}
