import Crypto
import Domain
import Formats
import System
import Testing
import Tokens

private let secret = "an-example-key-of-at-least-32-bytes!"
private let now = 1_800_000_000
private let goodPayload =
    #"{"user_id":"u1","rel":"t/c/m/l","platform":"web","iat":1799999990,"exp":1800000600,"jti":"x"}"#

private func key(_ secret: String) -> HMACSHA256 { HMACSHA256(key: Array(secret.utf8)) }
private func encode(_ text: String) -> String {
    String(decoding: Base64URL.encode(Array(text.utf8).span), as: UTF8.self)
}
private func sign(_ message: String, with secret: String) -> String {
    let tag = key(secret).tag(Array(message.utf8).span)
    return message + "." + String(decoding: Base64URL.encode(tag.span), as: UTF8.self)
}
private func token(
    header: String = #"{"alg":"HS256","typ":"JWT"}"#, payload: String = goodPayload, secret: String = secret
) -> String {
    sign("\(encode(header)).\(encode(payload))", with: secret)
}
private func verify(_ token: String, keys: [String] = [secret], now: Int = now) throws(TokenError) -> Claims {
    try TokenVerifier(keys: keys.map(key)).verify(Array(token.utf8).span, now: now)
}

@Suite struct TokenVerifierTests {
    @Test(arguments: [
        #"{"alg":"HS256","typ":"JWT"}"#, #"{"typ":"JWT","alg":"HS256"}"#, #"{"alg":"HS256"}"#,
        #"{ "alg" : "HS256" , "typ" : "jwt" }"#, #"{"alg":"HS256","typ":"at+jwt"}"#,
        #"{"alg":"HS256","kid":"../../etc/passwd"}"#, #"{"alg":"HS256","jku":"https://evil.example/jwks"}"#,
        #"{"alg":"HS256","jwk":{"kty":"oct","k":"AA"}}"#, #"{"alg":"HS256","x5u":"https://evil.example"}"#,
        #"{"cty":"JWT","alg":"HS256","x5c":["AA"],"cat":"the issuer's own","b64":true,"zip":1}"#,
    ])
    func `A token signed with HS256 is taken, however its header is written`(header: String) throws {
        let claims = try verify(token(header: header))
        let user = claims.text(.userID)
        #expect(user == "u1")
        let isOfLesson = claims.matches(.rel, "t/c/m/l")
        #expect(isOfLesson)
        #expect(claims.expiry == 1_800_000_600 && claims.issuedAt == 1_799_999_990)
        let hasVideo = claims.has(.videoID)
        #expect(!hasVideo)
    }

    @Test(arguments: [
        #"{"alg":"none"}"#, #"{"alg":"None"}"#, #"{"alg":"NONE","typ":"JWT"}"#, #"{"alg":"nOnE"}"#,
        #"{"alg":""}"#,
        #"{"alg":"RS256"}"#, #"{"alg":"HS384"}"#, #"{"alg":"HS512"}"#, #"{"alg":"hs256"}"#,
        #"{"alg":"ES256"}"#,
        #"{"alg":["HS256"]}"#, #"{"alg":null}"#, #"{"alg":256}"#, #"{"typ":"JWT"}"#, "{}", "[]", "", "null",
        #"{"alg":"HS256","crit":["exp"]}"#, #"{"alg":"HS256","crit":[]}"#, #"{"crit":null,"alg":"HS256"}"#,
        #"{"alg":"HS256","crit":["b64"],"b64":false}"#, #"{"alg":"HS256","alg":"none"}"#,
        #"{"alg":"HS256","kid":"a","kid":"b"}"#, #"{"alg":"HS256"} {}"#,
        #"{"alg":"HS256"} "# + String(repeating: " ", count: 800),
    ])
    func `Any other header is refused, even under a signature of ours`(header: String) {
        #expect(throws: TokenError.self) { _ = try verify(token(header: header)) }
    }

    @Test(arguments: [
        #"{"user_id":"u1"}"#, #"{"exp":"1800000600"}"#, #"{"exp":1800000600.5}"#, #"{"exp":1.8e9}"#,
        #"{"exp":1e999}"#, #"{"exp":99999999999999999999999}"#, #"{"exp":-1}"#, #"{"exp":0}"#,
        #"{"exp":null}"#,
        #"{"exp":true}"#, #"{"exp":[1800000600]}"#, #"{"exp":0x7fffffff}"#, #"{"exp":01800000600}"#,
        #"{"exp":1800000600,"exp":1900000000}"#, #"{"exp":1800000600,"user_id":1}"#,
        #"{"exp":1800000600,"user_id":null}"#, #"{"exp":1800000600,"rel":["t/c/m/l"]}"#,
        #"{"exp":1800000600,"rel":"a","rel":"b"}"#, #"{"exp":1800000600,"iat":"1"}"#,
        #"{"exp":1800000600,"nbf":1.5}"#, #"{"exp":1800000600,"max_height":"480"}"#,
        #"{"exp":1800000600,"max_height":480.0}"#, #"{"exp":1800000600,"max_height":0}"#,
        #"{"exp":1800000600,"max_height":-480}"#, #"{"exp":1800000600,"max_height":null}"#,
        #"{"exp":1800000600,"max_height":9223372036854775808}"#, #"{"exp":1800000600,"max_height":}"#,
        #"{"exp":1800000600,"max_height":480,"max_height":1080}"#,
        #"{"exp":1800000600} {}"#, #"{"exp":1800000600"#,
        #"{"exp":1800000600,}"#,
        #"{"exp":1800000600,"a":"\ud800"}"#, #"{"exp":1800000600,"a":"\x"}"#, "[1800000600]", "null", "", "{",
        "{\"exp\":1800000600,\"a\":\"\u{01}\"}",
        #"{"exp":1800000600,"a":"# + String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
            + "}",
    ])
    func `Claims of a wrong type, shape or number are refused`(payload: String) {
        #expect(throws: TokenError.self) { _ = try verify(token(payload: payload)) }
    }

    @Test func `A token ends in the second of its exp`() throws {
        _ = try verify(token(), now: 1_800_000_599)
        #expect(throws: TokenError.expired) { _ = try verify(token(), now: 1_800_000_600) }
    }

    @Test func `A token is not valid before its nbf`() throws {
        let later = token(payload: #"{"exp":1800000600,"nbf":1800000001}"#)
        #expect(throws: TokenError.notYetValid) { _ = try verify(later) }
        _ = try verify(later, now: 1_800_000_001)
    }

    @Test func `A previous key verifies, a foreign one does not`() throws {
        let old = token(secret: "the-key-of-last-year-with-32-bytes!!")
        _ = try verify(old, keys: [secret, "the-key-of-last-year-with-32-bytes!!"])
        #expect(throws: TokenError.wrongSignature) { _ = try verify(old) }
    }

    static let mangled: [(String, @Sendable (String) -> String)] = [
        ("a bit of the payload changed", { $0.replacing("eyJ1c2", with: "eyJ1c3") }),
        ("cut by one character", { String($0.dropLast()) }),
        ("one character more", { $0 + "A" }),
        ("padded", { $0 + "=" }),
        ("no signature", { String($0[...($0.lastIndex(of: ".") ?? $0.startIndex)]) }),
        ("a fourth part", { $0 + ".AAAA" }),
        ("two parts", { String($0[..<($0.lastIndex(of: ".") ?? $0.startIndex)]) }),
        ("empty", { _ in "" }),
        ("dots", { _ in ".." }),
        ("a space before", { " " + $0 }),
        ("a line break inside", { $0.replacing(".", with: ".\n", maxReplacements: 1) }),
        (
            "standard base64 in the signature",
            { $0.replacing("-", with: "+").replacing("_", with: "/") + "+" }
        ),
        ("another spelling of the last bits", { Self.respell($0) }),
        ("longer than any of ours", { $0 + String(repeating: "A", count: 5000) }),
    ]

    @Test(arguments: mangled.indices)
    func `A token changed in any way is refused`(index: Int) {
        let (name, mangle) = Self.mangled[index]
        #expect(throws: TokenError.self, "\(name)") { _ = try verify(mangle(token())) }
    }

    /// 43 characters carry 258 bits for 256: four spellings end in the same bytes, and only one is canonical.
    private static func respell(_ token: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        guard let last = token.last, let value = alphabet.firstIndex(of: last) else { return "" }
        return token.dropLast() + String(alphabet[value | 1])
    }

    @Test func `Escaped texts mean what they say`() throws {
        let claims = try verify(
            token(
                payload:
                    #"{"filename":"Le\u00e7on \ud83c\udfac \"1\".mp4","x":[{"a":[1,true]}],"exp":1800000600}"#
            ))
        let name = claims.text(.filename)
        #expect(name == "Leçon 🎬 \"1\".mp4")
    }

    @Test func `A payload longer than any of ours is refused`() {
        let long = #"{"exp":1800000600,"x":"\#(String(repeating: "a", count: 2100))"}"#
        #expect(throws: TokenError.self) { _ = try verify(token(payload: long)) }
    }

    @Test(arguments: ["😀", "\"", "\\", "é", "/"])
    func `The longest names that can be issued are taken`(character: String) throws {
        let clock = SystemClock(now: { Timestamp(seconds: now) }, monotonicNanoseconds: { 0 })
        let issuer = TokenIssuer(signer: TokenSigner(key: key(secret)), clock: clock)
        let id = String(repeating: "i", count: Identifier.maxLength)
        let lesson = try #require(LessonPath("\(id)/\(id)/\(id)/\(id)"))
        let user = try #require(UserID(String(repeating: character, count: UserID.maxLength)))
        let name = try #require(Filename(String(repeating: "n", count: 196) + ".mp4"))
        let parent = String(repeating: "p", count: 64)
        let tokens: [MediaToken] = [
            .play(user: user, lesson: lesson, platform: .mobile),
            .grant(
                user: user.value, location: .lesson(lesson), platform: .mobile, parent: parent,
                maxHeight: 65_535),
            .download(user: user, target: .lesson(lesson), filename: name),
            .upload(user: user, target: .module(course: lesson.course, module: lesson.module)),
        ]
        for token in tokens {
            let claims = try verify(issuer.issue(token, lifetime: 60))
            let isNamed = claims.matches(.userID, user.value)
            #expect(isNamed)
        }
    }

    @Test func `A height that is claimed is read, and a token without one has none`() throws {
        let clock = SystemClock(now: { Timestamp(seconds: now) }, monotonicNanoseconds: { 0 })
        let issuer = TokenIssuer(signer: TokenSigner(key: key(secret)), clock: clock)
        let user = try #require(Identifier("u1"))
        let lesson = try #require(LessonPath("t/c/m/l"))
        let userID = try #require(UserID("u1"))
        for height in [nil, 1, 480, 65_535] {
            let tokens: [MediaToken] = [
                .play(user: userID, lesson: lesson, platform: .web, maxHeight: height),
                .playFlat(user: user, filename: nil, video: user, platform: .mobile, maxHeight: height),
                .grant(
                    user: "u1", location: .lesson(lesson), platform: .web, parent: "p", maxHeight: height),
            ]
            for token in tokens {
                let found = try verify(issuer.issue(token, lifetime: 60)).maxHeight
                #expect(found == height)
            }
        }
    }

    @Test func `What the issuer signs, the verifier takes`() throws {
        let clock = SystemClock(now: { Timestamp(seconds: now) }, monotonicNanoseconds: { 0 })
        let issuer = TokenIssuer(signer: TokenSigner(key: key(secret)), clock: clock)
        let lesson = try #require(LessonPath("t/c/m/l"))
        let user = try #require(UserID("u1"))
        let token = issuer.issue(.play(user: user, lesson: lesson, platform: .mobile), lifetime: 60)
        let claims = try verify(token)
        let isOfLesson = claims.matches(.rel, "t/c/m/l") && claims.matches(.platform, "mobile")
        #expect(isOfLesson)
        let hasID = claims.has(.tokenID)
        #expect(claims.expiry == now + 60 && claims.issuedAt == now && hasID)
        #expect(throws: TokenError.expired) { _ = try verify(token, now: now + 60) }
    }
}
