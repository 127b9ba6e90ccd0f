import Testing

@testable import Formats

@Suite("An Idempotency-Key")
struct IdempotencyKeyTests {
    private static let longest = String(repeating: "k", count: IdempotencyKey.maxBytes)

    @Test(
        "is a text, in quotes or without",
        arguments: [
            ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
            (#""8e03978e-40d5""#, "8e03978e-40d5"), ("  a\t", "a"), ("a/b:c=", "a/b:c="),
            (#""two words, and; more""#, "two words, and; more"), (#""a\"b\\c""#, #"a"b\c"#),
            (longest, longest), ("\"\(longest)\"", longest),
        ])
    func accepted(header: String, value: String) {
        #expect(IdempotencyKey(parsing: header)?.value == value)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", " ", #""""#, #"""#, #""a"#, #"a""#, #""a"b"#, #""a", "b""#, "a, b", "a,b", "two words",
            "a;b=1",
            #""a";b=1"#, #""a\b""#, #""a\"#, #"a\b"#, "é", #""é""#, "a\u{7F}", "\"a\u{1}\"", longest + "k",
            "\"\(longest)k\"",
        ])
    func refused(header: String) {
        #expect(IdempotencyKey(parsing: header) == nil)
    }
}
