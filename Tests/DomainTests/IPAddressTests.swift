import Testing

@testable import Domain

@Suite("An IP address")
struct IPAddressTests {
    @Test(
        "is read as it is written",
        arguments: [
            ("192.0.2.10", "c000020a"), ("0.0.0.0", "00000000"), ("255.255.255.255", "ffffffff"),
            ("::", "00000000000000000000000000000000"), ("::1", "00000000000000000000000000000001"),
            ("2001:db8::7", "20010db8000000000000000000000007"),
            ("2001:DB8:0:0:1:2:3:4", "20010db8000000000001000200030004"),
            ("fe80::", "fe800000000000000000000000000000"),
            ("::ffff:192.0.2.10", "00000000000000000000ffffc000020a"),
            ("1:2:3:4:5:6:192.0.2.10", "000100020003000400050006c000020a"),
            ("1:2:3:4:5:6:7::", "00010002000300040005000600070000"),
        ])
    func reads(text: String, hex: String) throws {
        let address = try #require(IPAddress(text))
        let digits = address.bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        #expect(digits.joined() == hex)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", ".", ":", ":::", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "1.2.3.+4", "01.2.3.4",
            "1.2.3.", " 1.2.3.4",
            "1.2.3.4 ", "0x1.2.3.4", "unix:", "localhost", "[::1]", "::1%eth0", "1::2::3",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7", "12345::", "g::", "1:2:3:4:5:6:7::8", ":1", "1:", "::1.2.3", "1.2.3.4::", "+1::",
            "1.2.3.4:80",
        ])
    func refuses(text: String) {
        #expect(IPAddress(text) == nil)
    }
}

@Suite("The addresses that need no key")
struct KeylessAddressesTests {
    private func addresses(_ texts: String...) throws -> KeylessAddresses {
        KeylessAddresses(try texts.map { try #require(AddressRange($0)) })
    }

    @Test(
        "are those named and those of the networks named",
        arguments: [
            "192.0.2.10", "198.51.100.0", "198.51.100.255", "2001:db8::7", "2001:db8:1:2::3",
            "::ffff:192.0.2.10",
            "::ffff:198.51.100.9",
        ])
    func contains(text: String) throws {
        let some = try addresses("192.0.2.10", "198.51.100.128/24", "2001:db8::7", "2001:db8:1:2::/64")
        #expect(some.contains(text))
    }

    @Test(
        "are no others",
        arguments: [
            "192.0.2.1", "192.0.2.100", "198.51.101.0", "2001:db8::8", "2001:db8:1:3::3", "::ffff:192.0.2.11",
            "::192.0.2.10", "unix:", "", "192.0.2.10, 10.0.0.1", "c000:20a::",
        ])
    func excludes(text: String) throws {
        let some = try addresses("192.0.2.10", "198.51.100.128/24", "2001:db8::7", "2001:db8:1:2::/64")
        #expect(!some.contains(text))
        #expect(!KeylessAddresses().contains(text))
    }

    @Test(
        "are not written otherwise",
        arguments: [
            "", "/", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/+8", "1.2.3.4/8/8", "::/129", "x/8",
            "/8",
        ])
    func refuses(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
