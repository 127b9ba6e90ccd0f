import Crypto
import Testing
import Tokens

private let key = HMACSHA256(key: [UInt8](repeating: 7, count: 32))

private func isVoid(_ payload: String, in list: RevocationList) throws -> Bool {
    list.contains(try claims(payload))
}

private func claims(_ payload: String) throws -> Claims {
    let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    let message = header + "." + String(decoding: Base64URL.encode(Array(payload.utf8).span), as: UTF8.self)
    let tag = key.tag(Array(message.utf8).span)
    let token = message + "." + String(decoding: Base64URL.encode(tag.span), as: UTF8.self)
    return try TokenVerifier(keys: [key]).verify(Array(token.utf8).span, now: 100)
}

@Suite struct RevocationListTests {
    static let play = #"{"user_id":"u","rel":"t/c/m/l","jti":"id","iat":50,"exp":200}"#

    @Test(arguments: [
        RevocationList.Subject.token(id: "id"), .user("u"), .location("t/c/m/l"),
    ])
    func `A token is void when anything it names was revoked after it was issued`(
        subject: RevocationList.Subject
    ) throws {
        let list = RevocationList()
        #expect(try !isVoid(Self.play, in: list))
        list.insert(subject, until: 50)
        #expect(try isVoid(Self.play, in: list))
        #expect(try !isVoid(Self.play.replacing(":50", with: ":51"), in: list))
        #expect(list.firstValidSecond(for: [subject]) == 51)
    }

    @Test(arguments: [
        RevocationList.Subject.token(id: "i"), .user("t"), .location("t/c/m"), .location("t/c/m/l2"),
        .course("c"),
    ])
    func `A token is not void because of something else`(subject: RevocationList.Subject) throws {
        let list = RevocationList()
        list.insert(subject, until: 99)
        #expect(try !isVoid(Self.play, in: list))
    }

    @Test func `A grant ends with the token it was minted for`() throws {
        let list = RevocationList()
        list.insert(.token(id: "the-parent"), until: 99)
        let grant = #"{"user_id":"u","rel":"t/c/m/l","jti":"own","parent":"the-parent","iat":50,"exp":200}"#
        #expect(try isVoid(grant, in: list))
        #expect(try !isVoid(grant.replacing("the-parent", with: "another"), in: list))
    }

    @Test func `A token that hides when it was issued is void`() throws {
        let list = RevocationList()
        list.insert(.user("u"), until: 1)
        #expect(try isVoid(#"{"user_id":"u","exp":200}"#, in: list))
    }

    @Test func `A flat token is void with its video, named or derived from the file's name`() throws {
        let list = RevocationList()
        list.insert(.location("u/film"), until: 60)
        #expect(try isVoid(#"{"user_id":"u","video_id":"film","iat":1,"exp":200}"#, in: list))
        #expect(try isVoid(#"{"user_id":"u","filename":"film.a.mp4","iat":1,"exp":200}"#, in: list))
        #expect(try !isVoid(#"{"user_id":"u","filename":"other.mp4","iat":1,"exp":200}"#, in: list))
    }

    @Test func `What is pruned no longer counts`() throws {
        let list = RevocationList()
        list.insert(.user("u"), until: 50)
        list.prune { _, second in second < 60 }
        #expect(try !isVoid(Self.play, in: list))
    }
}
