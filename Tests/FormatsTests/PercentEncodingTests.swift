import Testing

@testable import Formats

@Suite("Percent-encoding")
struct PercentEncodingTests {
    @Test(
        "decodes escapes in either case",
        arguments: [
            ("", ""), ("abc", "abc"), ("Le%C3%A7on%201.mp4", "Leçon 1.mp4"), ("%c3%a9", "é"), ("a+b", "a+b"),
            ("%25", "%"), ("%2e%2E%2f", "../"), ("%00", "\0"),
        ])
    func decodes(text: String, expected: String) {
        #expect(PercentEncoding.decode(text) == expected)
    }

    @Test(
        "refuses a broken escape",
        arguments: ["%", "a%", "%1", "%g0", "%0g", "%%41", "% 41", "%u0041", "%-1"])
    func refusesBrokenEscapes(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
        #expect(PercentEncoding.decodeBytes(text) == nil)
    }

    @Test("refuses bytes that are no UTF-8", arguments: ["%ff", "%C3", "%C0%AF", "%ED%A0%80"])
    func refusesInvalidUTF8(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
        #expect(PercentEncoding.decodeBytes(text) != nil)
    }

    @Test("knows RFC 3986's unreserved characters from all other bytes")
    func unreserved() {
        let all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
        for byte in [UInt8](0...255) {
            #expect(PercentEncoding.isUnreserved(byte) == all.utf8.contains(byte))
        }
    }

    @Test("encodes everything that is not unreserved")
    func encodes() {
        #expect(PercentEncoding.encodeSegment("aZ09-._~") == "aZ09-._~")
        #expect(PercentEncoding.encodeSegment("a/b c?d#e%f;g\\h") == "a%2Fb%20c%3Fd%23e%25f%3Bg%5Ch")
        #expect(PercentEncoding.encodePath("/t/Leçon 1%.mp4") == "/t/Le%C3%A7on%201%25.mp4")
        #expect(PercentEncoding.encodePath("a?b\r\nX: y") == "a%3Fb%0D%0AX%3A%20y")
    }

    @Test("is undone by decoding", arguments: ["", "é\u{0}/%41+ ?", "😀", "\r\n"])
    func roundTrip(text: String) {
        #expect(PercentEncoding.decode(PercentEncoding.encodeSegment(text)) == text)
        #expect(PercentEncoding.decode(PercentEncoding.encodePath(text)) == text)
    }
}
