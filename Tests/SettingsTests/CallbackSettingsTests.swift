import Domain
import Settings
import Testing

private func settings(_ values: [String: String]) throws(SettingsErrors) -> Settings {
    let required = [
        "SECRET_KEY": "an-example-key-of-at-least-32-bytes!",
        "FOCUST_ALLOWED_ORIGINS": "https://learner.example.com",
        "FOCUST_PUBLIC_URL": "https://video.example.com", "FOCUST_API_KEYS": "site:an-example-api-key",
    ]
    return try Settings(values: required.merging(values) { $1 }, cores: 4, readFile: { _ in nil })
}

@Suite struct CallbackSettingsTests {
    @Test func `A host means https and its port, and anything else is written out`() throws {
        let hosts =
            "learn.example.com, Learn.example.com:8443,http://10.0.0.5,http://[::1]:8080,https://a.example"
        let settings = try settings(["FOCUST_CALLBACK_HOSTS": hosts])
        #expect(
            settings.callbackOrigins.map(\.description) == [
                "https://learn.example.com", "https://learn.example.com:8443", "http://10.0.0.5",
                "http://[::1]:8080", "https://a.example",
            ])
    }

    @Test(arguments: [
        "learn.example.com/hook", "https://learn.example.com/", "*.example.com", "ftp://learn.example.com",
        "learn.example.com:0", "learn.example.com:https", "user@learn.example.com", "a b",
        "learn.example.com?x", "https://", "good.example.com,bad/",
    ])
    func `What is no host stops the start`(hosts: String) {
        let error = #expect(throws: SettingsErrors.self) { try settings(["FOCUST_CALLBACK_HOSTS": hosts]) }
        #expect(error?.errors.map(\.name) == ["FOCUST_CALLBACK_HOSTS"])
    }

    @Test func `The bearer goes to https origins that the settings name`() throws {
        #expect(try settings([:]).bearerOrigins.isEmpty)
        let settings = try settings([
            "FOCUST_CALLBACK_URL": "https://site.example.com/hook?x=1",
            "FOCUST_CALLBACK_HOSTS": "learn.example.com,http://plain.example.com",
        ])
        #expect(
            Set(settings.bearerOrigins.map(\.description)) == [
                "https://site.example.com", "https://learn.example.com",
            ])
        #expect(settings.originsInTheClear.map(\.description) == ["http://plain.example.com"])
    }
}
