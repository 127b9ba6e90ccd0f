import Testing

@testable import Domain

@Suite("A user's id")
struct UserIDTests {
    @Test(
        "is whatever a site calls its users",
        arguments: [
            "42", "jean@exemple.fr", "auth0|5f7c8ec7c33c6c004bbafe82", "google-oauth2|1234567890", "cus:1",
            "Élodie Noël", "a b", "..", ".", "/", "a/b", "%2f", "\"", "'", "\\", "日本", "👩‍👩‍👧", "e\u{301}",
            String(repeating: "x", count: 256), String(repeating: "😀", count: 256),
        ])
    func accepts(text: String) throws {
        let user = try #require(UserID(text))
        #expect(user.value.utf8.elementsEqual(text.utf8))
    }

    @Test(
        "is never empty, too long, or able to begin another line",
        arguments: [
            "", "\0", "a\0b", "a\nb", "a\r", "\t", "\u{1B}[31m", "\u{7F}", "\u{85}", "a\u{9F}",
            String(repeating: "x", count: 257), String(repeating: "e\u{301}", count: 129),
        ])
    func refuses(text: String) {
        #expect(UserID(text) == nil)
    }

    @Test("is compared byte for byte")
    func compares() {
        #expect(UserID("é") != UserID("e\u{301}"))
        #expect(UserID("K") != UserID("\u{212A}"))
        #expect(UserID("é") == UserID("\u{E9}"))
        #expect(Set([UserID("é"), UserID("e\u{301}"), UserID("é")]).count == 2)
    }
}
