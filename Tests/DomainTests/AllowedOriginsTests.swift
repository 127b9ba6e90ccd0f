import Testing

@testable import Domain

@Suite("The allowed origins")
struct AllowedOriginsTests {
    private static func allow(_ entry: String, _ url: String) throws -> Bool {
        let origins = AllowedOrigins([try #require(AllowedOrigins.Entry(entry))])
        let isAllowed = Origin(of: url).map { origins.contains($0) } ?? false
        // The short way must never judge differently.
        #expect(origins.contains(originOf: url) == isAllowed)
        return isAllowed
    }

    @Test(
        "let their own pages in",
        arguments: [
            ("https://learner.example.com", "https://learner.example.com/course/1?x#y"),
            ("https://learner.example.com", "HTTPS://LEARNER.example.com:443"),
            ("https://Learner.Example.com:443", "https://learner.example.com"),
            ("http://localhost:3000", "http://localhost:3000/"), ("http://[::1]:3000", "http://[::1]:3000"),
            ("https://*.example.com", "https://a.example.com"),
            ("https://*.example.com", "https://a.b.example.com/x"),
            ("https://*.example.com:8443", "https://a.example.com:8443"),
        ])
    func admits(entry: String, url: String) throws {
        #expect(try Self.allow(entry, url))
    }

    @Test(
        "keep every other page out",
        arguments: [
            ("https://learner.example.com", "https://learner.example.com.evil.com"),
            ("https://learner.example.com", "https://learner.example.com@evil.com"),
            ("https://learner.example.com", "https://evil.com/https://learner.example.com"),
            ("https://learner.example.com", "https://evil.com?https://learner.example.com"),
            ("https://learner.example.com", "https://evil.com#https://learner.example.com"),
            ("https://learner.example.com", "https://evil.com\\.learner.example.com"),
            ("https://learner.example.com", "https://evillearner.example.com"),
            ("https://learner.example.com", "https://a.learner.example.com"),
            ("https://learner.example.com", "https://example.com"),
            ("https://learner.example.com", "http://learner.example.com"),
            ("https://learner.example.com", "http://learner.example.com:443"),
            ("https://learner.example.com", "https://learner.example.com:444"),
            ("https://learner.example.com", "https://learner.example.com."),
            ("https://learner.example.com", "https://learner-example.com"),
            ("https://learner.example.com", "null"),
            ("https://*.example.com", "https://example.com"),
            ("https://*.example.com", "https://evilexample.com"),
            ("https://*.example.com", "https://a.example.com.evil.com"),
            ("https://*.example.com", "https://.example.com"),
            ("https://*.example.com", "http://a.example.com"),
            ("https://*.example.com", "https://a.example.com:8443"),
            ("https://*.example.com", "https://a.example.org"),
            ("https://*.example.com", "https://*.example.com"),
            ("http://[::1]:3000", "http://[::2]:3000"),
        ])
    func keepsOut(entry: String, url: String) throws {
        #expect(try !Self.allow(entry, url))
    }

    @Test(
        "are each an origin and no more, as they are written back",
        arguments: ["https://h", "http://h:81", "https://*.h.example"])
    func describesEntries(text: String) {
        #expect(AllowedOrigins.Entry(text)?.description == text)
    }

    @Test(
        "are refused where an entry is more or less than an origin",
        arguments: [
            "", "*", "null", "example.com", "*.example.com", "https://", "https://*", "https://*.",
            "https://*.*.h",
            "https://a*.h", "https://a.*.h", "https://*h", "https://h/", "https://h/x", "https://h?",
            "https://h#",
            "https://u@h", "https://*.h/", "https://*.u@h", "*://h", "https://h:*", " https://h",
            "https://*..h",
            "https://*.[::1]", "https://h https://i",
        ])
    func refusesEntries(text: String) {
        #expect(AllowedOrigins.Entry(text) == nil)
    }

    @Test("allow nothing where there are none")
    func empty() throws {
        #expect(!AllowedOrigins([]).contains(try #require(Origin(of: "https://h"))))
    }
}
