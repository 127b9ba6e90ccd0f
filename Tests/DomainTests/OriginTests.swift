import Testing

@testable import Domain

@Suite("An origin")
struct OriginTests {
    @Test(
        "is the scheme, host and port of a URL",
        arguments: [
            ("https://learner.example.com", "https://learner.example.com"),
            ("https://learner.example.com/", "https://learner.example.com"),
            ("HTTPS://Learner.Example.COM:443/a?b#c", "https://learner.example.com"),
            ("https://learner.example.com?x=https://evil.example", "https://learner.example.com"),
            ("https://learner.example.com#@evil.example", "https://learner.example.com"),
            ("https://learner.example.com/@evil.example:81/", "https://learner.example.com"),
            ("https://learner.example.com/é", "https://learner.example.com"),
            ("http://localhost:3000/x", "http://localhost:3000"), ("http://h:80", "http://h"),
            ("https://h:80", "https://h:80"), ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://[::1]", "https://[::1]"), ("https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443"),
            ("http://[::ffff:127.0.0.1]:80/", "http://[::ffff:127.0.0.1]"),
            ("https://h:65535", "https://h:65535"),
            ("https://xn--lve-6lad.example", "https://xn--lve-6lad.example"), ("https://h./", "https://h."),
        ])
    func reads(url: String, origin: String) {
        #expect(Origin(of: url)?.description == origin)
    }

    @Test("comes back from its own text", arguments: ["https://h", "http://h:81", "https://[::1]:8443"])
    func roundTrip(text: String) throws {
        let origin = try #require(Origin(of: text))
        #expect(Origin(of: origin.description) == origin)
    }

    @Test(
        "is none where a browser could read another host",
        arguments: [
            "", "null", "https", "https:", "https:/", "https://", "https:///", "//h", "h", "https:h",
            "https:/h",
            "https:\\\\h", "https://user@h", "https://learner.example.com@evil.example", "https://a:b@h",
            "https://learner.example.com:443@evil.example", "https://learner.example.com\\@evil.example",
            "https://evil.example\\.learner.example.com", "https://h\\", "ftp://h", "javascript://h",
            "file:///h",
            "data:https://h", "blob:https://h", "about:blank", " https://h", "https://h ", "https:// h",
            "https://h\n",
            "https://h\0", "https://h:", "https://h:x", "https://h:0", "https://h:65536", "https://h:443443",
            "https://h:-1", "https://h:+1", "https://h:1:2", "https://h:٣", "https://é", "https://h%2e",
            "https://%68",
            "https://*", "https://*.h", "https://[", "https://]", "https://[]", "https://[::1", "https://::1",
            "https://[::1]x", "https://[::1]:", "https://[::1]:x", "https://[h]", "https://a[::1]",
            "https://[::1].h",
            "https://[a]b]", "https://[::1%25eth0]", "https://.", "https://.h", "https://a..h", "https://h..",
            "https://\u{212A}.example", "https://\u{301}h", "https://h\u{301}", "https:\u{301}//h",
            "https:/\u{301}/h",
            "https://h\u{3002}example", "https://h,https://i", "https://h;i", "https://h'", "https://h\"",
            "https://h<",
            "https://" + String(repeating: "h", count: 256),
            "https://h/" + String(repeating: "x", count: 8192),
        ])
    func refuses(url: String) {
        #expect(Origin(of: url) == nil)
    }
}
