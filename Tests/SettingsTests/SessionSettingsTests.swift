import Settings
import Testing

private let secret = ["FOCUST_IDENTITY_SECRET": "an-example-session-secret-of-32-bytes"]
private let keySet = ["FOCUST_IDENTITY_JWKS": "/etc/focust-video/jwks.json"]
private let audience = ["FOCUST_IDENTITY_AUDIENCE": "app"]
private let asked = ["FOCUST_ELIGIBILITY_URL": "https://learn.example.com/eligible"]
private let seeAll = ["FOCUST_SESSIONS_SEE_ALL": "true"]

private func settings(
    _ parts: [[String: String]], role: Settings.Role = .serve
) throws(SettingsErrors) -> Settings {
    var values = [
        "SECRET_KEY": "an-example-key-of-at-least-32-bytes!",
        "FOCUST_ALLOWED_ORIGINS": "https://learner.example.com",
        "FOCUST_PUBLIC_URL": "https://video.example.com", "FOCUST_API_KEYS": "site:an-example-api-key",
    ]
    for part in parts { values.merge(part) { $1 } }
    return try Settings(values: values, role: role, cores: 4, readFile: { _ in nil })
}

@Suite struct SessionSettingsTests {
    @Test(
        arguments: [
            [:], audience, seeAll, asked, secret.merging(asked) { $1 }, secret.merging(seeAll) { $1 },
        ] as [[String: String]])
    func `Sessions of a secret need no audience`(values: [String: String]) throws {
        _ = try settings([values])
    }

    @Test func `Issuers and audiences are lists, taken as they are written`() throws {
        let settings = try settings([
            keySet, asked,
            [
                "FOCUST_IDENTITY_ISSUER": "https://id.example.com/, https://ID.example.com",
                "FOCUST_IDENTITY_AUDIENCE": "app,App , site",
            ],
        ])
        #expect(settings.identityIssuers == ["https://id.example.com/", "https://ID.example.com"])
        #expect(settings.identityAudiences == ["app", "App", "site"])
    }

    @Test(arguments: [asked, seeAll], [[:], ["FOCUST_IDENTITY_AUDIENCE": " , "], secret])
    func `A key set without an audience stops the start`(
        opens: [String: String], other: [String: String]
    ) throws {
        let error = #expect(throws: SettingsErrors.self) { try settings([keySet, opens, other]) }
        #expect(error?.errors.map(\.name) == ["FOCUST_IDENTITY_AUDIENCE"])
        _ = try settings([keySet, opens, other, audience])
    }

    @Test(arguments: [secret, keySet.merging(audience) { $1 }], [[:], ["FOCUST_SESSIONS_SEE_ALL": "false"]])
    func `Sessions where the site is not asked stop the start, unless they may see all`(
        sessions: [String: String], other: [String: String]
    ) throws {
        let error = #expect(throws: SettingsErrors.self) { try settings([sessions, other]) }
        #expect(error?.errors.map(\.name) == ["FOCUST_ELIGIBILITY_URL"])
        #expect(error?.description.contains("FOCUST_SESSIONS_SEE_ALL must be true") == true)
        #expect(error?.description.contains("\n") == false)
    }

    @Test func `A wrong address of the site is named once`() throws {
        let error = #expect(throws: SettingsErrors.self) {
            try settings([secret, ["FOCUST_ELIGIBILITY_URL": "learn.example.com"]])
        }
        #expect(error?.errors.map(\.name) == ["FOCUST_ELIGIBILITY_URL"])
    }

    @Test func `A process that only converts is asked for neither`() throws {
        _ = try settings([keySet], role: .work)
    }
}
