import Crypto
import Testing

@Suite struct Base64URLTests {
    @Test(arguments: [("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob")])
    func `Text and bytes stand for each other`(text: String, decoded: String) {
        #expect(Base64URL.bytes(of: text.utf8) == Array(decoded.utf8))
        #expect(Base64URL.encode(Array(decoded.utf8).span) == Array(text.utf8))
    }

    @Test(arguments: ["Z", "Zh", "Zm9", "Zg==", "Zm+v", "Zm/v", "Zm 9", "Zg\n", "Zm9vY", "Zé"])
    func `Anything but the one spelling is refused`(text: String) {
        #expect(Base64URL.bytes(of: text.utf8) == nil)
    }
}
