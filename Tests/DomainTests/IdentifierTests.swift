import Testing

@testable import Domain

@Suite("An identifier")
struct IdentifierTests {
    @Test(
        "is any name that is safe as a directory",
        arguments: [
            "a", "Z", "0", "_", "-", "a.b", "a..b", "lesson-1_2.3", "a.", "--", "__proto__", "CON",
            String(repeating: "x", count: 128),
        ])
    func accepts(text: String) throws {
        let id = try #require(Identifier(text))
        #expect(id.value == text)
        #expect(id.description == text)
        #expect(Identifier(id.value) == id)
    }

    @Test(
        "is nothing that could mean more than a name",
        arguments: [
            "", ".", "..", ".a", "...", "/", "a/b", "../a", "a\\b", "%2e%2e", "a%2fb", "%", "a b", " a", "a ",
            "a\n",
            "a\0", "\0", "a\tb", "é", "e\u{301}", "a\u{301}", "ａ", "a\u{200D}", "а", "😀", "a:b", "a*", "a?",
            "a#b",
            "a+b", "a,b", "a;b", "a~", "$a", "a'b", "a\"b", "<a>", "a|b", "a&b", "a=b", "a@b", "(a)", "[a]",
            "{a}",
            "\u{FEFF}a", "\u{202E}a", "a\r\n", String(repeating: "x", count: 129),
            String(repeating: "x", count: 100_000),
        ])
    func refuses(text: String) {
        #expect(Identifier(text) == nil)
        #expect(Identifier(text[...]) == nil)
    }

    @Test("is compared with its case")
    func keepsCase() {
        #expect(Identifier("a") != Identifier("A"))
    }
}
