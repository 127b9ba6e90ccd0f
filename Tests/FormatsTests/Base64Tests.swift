import Formats
import Testing

@Suite struct Base64Tests {
    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `Both ways, as in the specification, with and without padding`(plain: String, text: String) {
        let bytes = Array(plain.utf8)
        #expect(Base64.encode(bytes.span) == text)
        #expect(Base64.decode(text.utf8, .lenient) == bytes)
        #expect(Base64.decode(text.utf8.filter { $0 != UInt8(ascii: "=") }, .lenient) == bytes)
        #expect(Base64.decode(text.utf8) == bytes)
    }

    @Test(arguments: [
        "Z", "Zg=", "Zg===", "Zm9v=", "Zm9v====", "Z g=", "Zg==Zg==", "Zm9-", "Zm9_", "=", "Zm8=\n",
    ])
    func `What is no base64 is refused`(text: String) {
        #expect(Base64.decode(text.utf8, .lenient) == nil)
        #expect(Base64.decode(text.utf8) == nil)
    }

    @Test(arguments: ["Zg", "Zm8", "Zm9vYg", "Zh==", "Zm9="])
    func `Missing padding, and bits after the end, are read only where that is asked for`(text: String) {
        #expect(Base64.decode(text.utf8, .lenient) != nil)
        #expect(Base64.decode(text.utf8) == nil)
    }
}
