import Crypto
import Domain
import Settings
import Testing

private let required = [
    "SECRET_KEY": "an-example-key-of-at-least-32-bytes!",
    "FOCUST_ALLOWED_ORIGINS": "https://learner.example.com",
    "FOCUST_PUBLIC_URL": "https://video.example.com", "FOCUST_API_KEYS": "site:an-example-api-key",
]

private func settings(
    _ changes: [String: String], without: String? = nil, files: [String: String] = [:]
) throws(SettingsErrors) -> Settings {
    var values = required.merging(changes) { $1 }
    if let without { values[without] = nil }
    return try Settings(values: values, cores: 4, readFile: { files[$0].map { Array($0.utf8) } })
}

@Suite struct SettingsTests {
    @Test func `What is required is enough, and the rest has the documented defaults`() throws {
        let settings = try settings([:])
        #expect(settings.tokenExpiry == 3600 && settings.maxTTL == 86400 && settings.grantMargin == 1800)
        #expect(settings.dataDirectory == "/var/lib/focust-video")
        #expect(settings.threads == 8 && settings.uploadThreads == 16 && settings.conversionJobs == 2)
        #expect(
            settings.maxContentLength.bytes == 104_857_600 && settings.minFreeBytes.bytes == 1_073_741_824)
        #expect(settings.apiKeys.map(\.name) == ["site"] && settings.accelPrefix == "/_focust")
        #expect(!settings.openIssuance && settings.keepReplaced == 21600)
    }

    /// The settings whose default in the list is a value, and not words about one.
    static let withDefault = Setting.all.filter {
        !["required", "none", ""].contains($0.defaultText) && !$0.defaultText.contains(" ")
    }

    @Test(arguments: withDefault) func `The default of the list is the one that is taken`(setting: Setting)
        throws
    {
        let silent = values(try settings([:]))
        let outspoken = values(try settings([setting.name: setting.defaultText]))
        for (name, value) in silent { #expect(outspoken[name] == value, "\(name)") }
    }

    @Test func `A value that is not the default is seen by that comparison`() throws {
        #expect(Self.withDefault.count > 20)
        #expect(values(try settings([:])) != values(try settings(["FOCUST_CRF": "23"])))
    }

    /// Every property as text; but what was written, which of course differs.
    private func values(_ settings: Settings) -> [String: String] {
        let properties = Mirror(reflecting: settings).children.compactMap { child in
            child.label.map { ($0, "\(child.value)") }
        }
        return Dictionary(properties) { $1 }.filter { $0.key != "given" }
    }

    @Test(arguments: ["SECRET_KEY", "FOCUST_ALLOWED_ORIGINS", "FOCUST_PUBLIC_URL", "FOCUST_API_KEYS"])
    func `A missing required setting is named`(name: String) throws {
        let error = #expect(throws: SettingsErrors.self) { try settings([:], without: name) }
        #expect(error?.errors.map(\.name) == [name])
        #expect(error?.description.hasPrefix("\(name) is missing: it must be ") == true)
    }

    @Test(arguments: [
        ("SECRET_KEY", "short"), ("FOCUST_PREVIOUS_SECRET_KEYS", "short"), ("TOKEN_EXPIRY", "0"),
        ("TOKEN_EXPIRY", "an hour"), ("TOKEN_EXPIRY", "86401"), ("FOCUST_MAX_TTL", "-1"),
        ("FOCUST_ALLOWED_ORIGINS", "learner.example.com"), ("FOCUST_ALLOWED_ORIGINS", "https://a.example/"),
        ("FOCUST_ALLOWED_ORIGINS", "https://a.example,*"), ("FOCUST_ALLOWED_ORIGINS", "https://*"),
        ("FOCUST_PUBLIC_URL", "https://video.example.com/"), ("FOCUST_PUBLIC_URL", "ftp://video.example.com"),
        ("FOCUST_PUBLIC_URL", "https://video.example.com/?a"), ("FOCUST_DATA_DIR", "relative/path"),
        ("FOCUST_LISTEN", "0.0.0.0:9000"), ("FOCUST_LISTEN", "127.0.0.1:0"),
        ("FOCUST_LISTEN", "/" + String(repeating: "a", count: 107)), ("FOCUST_THREADS", "0"),
        ("FOCUST_THREADS", "8.5"), ("FOCUST_API_KEYS", "name:tooshort"), ("FOCUST_OPEN_ISSUANCE", "maybe"),
        ("FOCUST_KEYLESS_ADDRESSES", "backend.example.com"), ("FOCUST_KEYLESS_ADDRESSES", "192.0.2.1/33"),
        ("FOCUST_KEYLESS_ADDRESSES", "192.0.2.1,0.0.0.0/0"), ("FOCUST_KEYLESS_ADDRESSES", "::/0"),
        ("MAX_CONTENT_LENGTH", "100M"), ("FOCUST_CONVERSION_JOBS", "-1"), ("FOCUST_X264_PRESET", "placebo!"),
        ("FOCUST_CRF", "52"), ("FOCUST_KEEP_REPLACED", "6h"), ("FOCUST_SEGMENT_SECONDS", "0"),
        ("FOCUST_ACCEL_PREFIX", "no-slash"),
        ("FOCUST_ACCEL_PREFIX", "/a b"), ("FOCUST_NGINX_PREFIX", "/"), ("FOCUST_NGINX_PREFIX", "/video/"),
        ("FOCUST_NGINX_PREFIX", "/../a"), ("FOCUST_INSTANCE", "Staging"), ("FOCUST_INSTANCE", "2nd"),
        ("FOCUST_INSTANCE", "secrets"),
        ("FOCUST_INSTANCE", "thirteenchars"), ("FOCUST_INSTANCE", "a-b"), ("FOCUST_DATA_DIR", "/data/$uri"),
        ("FOCUST_DATA_DIR", "/"), ("FOCUST_LISTEN", "/run/a;b"), ("FOCUST_LOG_LEVEL", "loud"),
        ("FOCUST_LOG_FORMAT", "xml"),
        ("FOCUST_CALLBACK_URL", "javascript:alert(1)"), ("FOCUST_CONVERSION_TIMEOUT", "soon"),
        ("FOCUST_IDENTITY_SECRET", "short"), ("FOCUST_SECRETS", "secrets/"),
    ])
    func `A wrong setting is named with what it must be`(name: String, value: String) throws {
        let error = #expect(throws: SettingsErrors.self) { try settings([name: value]) }
        #expect(error?.errors.map(\.name) == [name])
        #expect(error?.description.contains("it must be ") == true)
    }

    @Test(arguments: [
        ("FOCUST_ALLOWED_ORIGINS", "https://a.example/", "no slash at its end: https://a.example"),
        ("FOCUST_ALLOWED_ORIGINS", "https://a.example/en/", "no path behind it: https://a.example"),
        ("FOCUST_ALLOWED_ORIGINS", "https://a.example,b.example", "with https:// before b.example"),
        ("FOCUST_ALLOWED_ORIGINS", "https://école.example", "(xn--…)"),
        ("FOCUST_ALLOWED_ORIGINS", "https://a.example https://b.example", "commas between them"),
        ("FOCUST_ALLOWED_ORIGINS", "https://a.example;https://b.example", "commas between them"),
        ("FOCUST_ALLOWED_ORIGINS", "*", "each site by its name"),
        ("FOCUST_ALLOWED_ORIGINS", "https://a.example,null", "each site by its name"),
        ("FOCUST_ALLOWED_ORIGINS", "https://a.example # ours", "a comment has a line of its own"),
        ("FOCUST_PUBLIC_URL", "https://video.example.com/", "no slash at its end: https://video.example.com"),
        ("FOCUST_PUBLIC_URL", "video.example.com", "with https:// before video.example.com"),
        ("FOCUST_PUBLIC_URL", "https://vidéo.example", "(xn--…)"),
        ("MAX_CONTENT_LENGTH", "500M", "without a unit: 524288000"),
        ("MAX_CONTENT_LENGTH", "2 GiB", "without a unit: 2147483648"),
        ("TOKEN_EXPIRY", "900 # a quarter", "a comment has a line of its own"),
        ("SECRET_KEY", "short", "earlier-clients.md"),
        ("FOCUST_PREVIOUS_SECRET_KEYS", "short", "earlier-clients.md"),
    ])
    func `A common mistake gets the value that was meant`(name: String, value: String, hint: String) throws {
        let error = #expect(throws: SettingsErrors.self) { try settings([name: value]) }
        #expect(error?.description.contains(hint) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("MAX_CONTENT_LENGTH", "many"), ("MAX_CONTENT_LENGTH", "9223372036854775807T"),
        ("TOKEN_EXPIRY", "6 hours"),
        ("FOCUST_ALLOWED_ORIGINS", "https://a_b:port"), ("FOCUST_PUBLIC_URL", "https://v.example/?a"),
    ])
    func `A mistake that is not known gets no hint`(name: String, value: String) throws {
        let error = #expect(throws: SettingsErrors.self) { try settings([name: value]) }
        #expect(error?.errors.map(\.hint) == [nil])
    }

    @Test func `Everything wrong is told at once, a line each`() throws {
        let error = #expect(throws: SettingsErrors.self) {
            try settings(["FOCUST_CRF": "a", "FOCUST_THREADS": "b"], without: "SECRET_KEY")
        }
        #expect(error?.description.split(separator: "\n").count == 3)
    }

    @Test func `A wrong secret is not repeated`() throws {
        let error = #expect(throws: SettingsErrors.self) { try settings(["SECRET_KEY": "hunter2"]) }
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func `A secret may come from a file, without its last line break`() throws {
        let key = "a-key-from-a-file-of-at-least-32-bytes"
        let settings = try settings(
            ["SECRET_KEY_FILE": "/run/credentials/key"], without: "SECRET_KEY",
            files: ["/run/credentials/key": key + "\n"])
        #expect(settings.signingKey.bytes == Array(key.utf8))
        let error = #expect(throws: SettingsErrors.self) {
            try self.missingFile()
        }
        #expect(error?.errors.map(\.name) == ["SECRET_KEY_FILE"])
    }

    @Test func `Secrets may lie in files of their names, which conversions do not open`() throws {
        let key = "a-key-from-a-file-of-at-least-32-bytes"
        let files = ["/secrets/SECRET_KEY": key + "\n", "/secrets/CALLBACK_BEARER": "bearer\n"]
        let values = ["FOCUST_SECRETS": "/secrets/"]
        let beside = try settings(values, without: "SECRET_KEY", files: files)
        #expect(beside.signingKey.bytes == Array(key.utf8))
        #expect(beside.callbackBearer?.bytes == Array("bearer".utf8))
        // What is said outright wins, and a secret that is nowhere is missing, with the place to put it.
        let outright = try settings(values, files: files)
        #expect(outright.signingKey.bytes == Array((required["SECRET_KEY"] ?? "").utf8))
        let error = #expect(throws: SettingsErrors.self) { try settings(values, without: "SECRET_KEY") }
        #expect(error?.description.contains("/secrets/SECRET_KEY") == true)
        let work = try Settings(values: values, role: .work, cores: 1) { path in
            Issue.record("\(path) was opened")
            return nil
        }
        #expect(work.signingKey.bytes.isEmpty)
    }

    private func missingFile() throws(SettingsErrors) -> Settings {
        try settings(["SECRET_KEY_FILE": "/nowhere"], without: "SECRET_KEY")
    }

    @Test func `Several keys have names, given or numbered`() throws {
        let keys = try settings(["FOCUST_API_KEYS": "0123456789abcdef, app:fedcba9876543210"]).apiKeys
        #expect(keys.map(\.name) == ["key-1", "app"])
        #expect(keys[1].secret.matches("fedcba9876543210") && !keys[1].secret.matches("fedcba987654321"))
        #expect("\(keys)".contains("fedcba9876543210") == false)
    }

    @Test func `The identity provider's secret must not be the signing key`() throws {
        let key = required["SECRET_KEY"] ?? ""
        let error = #expect(throws: SettingsErrors.self) {
            try settings(["FOCUST_IDENTITY_SECRET": key, "FOCUST_SESSIONS_SEE_ALL": "true"])
        }
        #expect(error?.errors.map(\.name) == ["FOCUST_IDENTITY_SECRET"])
        _ = try settings(["FOCUST_IDENTITY_SECRET": key + "x", "FOCUST_SESSIONS_SEE_ALL": "true"])
    }

    @Test func `Open issuance needs no API key`() throws {
        #expect(try settings(["FOCUST_OPEN_ISSUANCE": "true"], without: "FOCUST_API_KEYS").apiKeys.isEmpty)
    }

    @Test func `A backend without a key needs no API key either`() throws {
        let keyless = ["FOCUST_KEYLESS_ADDRESSES": "192.0.2.10, 2001:db8::/64"]
        let read = try settings(keyless, without: "FOCUST_API_KEYS")
        #expect(read.apiKeys.isEmpty)
        #expect(
            read.keylessAddresses.contains("2001:db8::1") && !read.keylessAddresses.contains("192.0.2.11"))
        #expect(try settings([:]).keylessAddresses.isEmpty)
    }

    @Test func `The reader knows every setting of the list by name`() throws {
        // A setting that is read and not listed is an error of every start.
        _ = try settings([:])
        #expect(Set(Setting.all.map(\.name)).count == Setting.all.count)
    }

    @Test func `What changed between two readings is named, and what stayed is not`() throws {
        let before = try settings(["FOCUST_THREADS": "4", "TOKEN_EXPIRY": "60"])
        let after = try settings([
            "FOCUST_THREADS": "4", "TOKEN_EXPIRY": "61", "FOCUST_LOG_LEVEL": "error",
            "FOCUST_API_KEYS": "site:another-example-key",
        ])
        #expect(before.changes(to: before).isEmpty)
        let changes = before.changes(to: after)
        #expect(changes.map(\.name) == ["TOKEN_EXPIRY", "FOCUST_API_KEYS", "FOCUST_LOG_LEVEL"])
        #expect(changes.map(\.isLive) == [false, true, true])
    }

    @Test func `A secret in a file has changed when the file has`() throws {
        let values = ["FOCUST_API_KEYS_FILE": "/keys"]
        let before = try settings(values, without: "FOCUST_API_KEYS", files: ["/keys": "an-example-api-key"])
        let after = try settings(values, without: "FOCUST_API_KEYS", files: ["/keys": "another-example-key"])
        #expect(before.changes(to: after).map(\.name) == ["FOCUST_API_KEYS"])
        #expect(!"\(before.given)".contains("an-example-api-key"))
    }

    @Test func `The public URL ends in the prefix of nginx`() throws {
        let prefix = ["FOCUST_NGINX_PREFIX": "/video"]
        let settings = try settings(
            prefix.merging(["FOCUST_PUBLIC_URL": "https://a.example:8443/site/video"]) { $1 })
        #expect(settings.accelPrefix == "/video/_focust")
        #expect(settings.publicPath == "/site/video" && settings.foreignPath == "/site")
        for url in ["https://a.example", "https://a.example/videos", "https://a.example/video/x"] {
            let error = #expect(throws: SettingsErrors.self) {
                try Self.settingsAgain(prefix.merging(["FOCUST_PUBLIC_URL": url]) { $1 })
            }
            #expect(error?.errors.map(\.name) == ["FOCUST_PUBLIC_URL"])
        }
    }

    private static func settingsAgain(_ changes: [String: String]) throws -> Settings {
        try settings(changes)
    }

    @Test func `An instance has places of its own`() throws {
        let staging = try settings(["FOCUST_INSTANCE": "staging"])
        #expect(staging.dataDirectory == "/var/lib/focust-video-staging")
        #expect(staging.listen == "/run/focust-video-staging/fastcgi.sock")
        #expect(staging.uploadListen == "/run/focust-video-staging/upload.sock")
        #expect(staging.unit("focust-video", "service") == "focust-video@staging.service")
        #expect(try settings([:]).unit("focust-video-work", "service") == "focust-video-work.service")
    }
}
