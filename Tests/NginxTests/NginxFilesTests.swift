import Nginx
import Settings
import Testing

private func texts(_ changes: [String: String] = [:]) throws(SettingsErrors) -> [String: String] {
    let values = [
        "FOCUST_ALLOWED_ORIGINS": "https://learn.example.com,https://*.school.example:8443",
        "FOCUST_PUBLIC_URL": "https://site.example.com/video",
    ].merging(changes) { $1 }
    let settings = try Settings(values: values, role: .nginx, cores: 2, readFile: { _ in nil })
    return NginxFiles(settings, try NginxSettings(values: values)).texts
}

private let choices: [[String: String]] = [
    [:], ["FOCUST_NGINX_DECISION_CACHE": "2s"], ["FOCUST_NGINX_PREFIX": "/video"],
    ["FOCUST_NGINX_OPERATIONS": "false"], ["FOCUST_INSTANCE": "staging"],
    ["FOCUST_INSTANCE": "staging", "FOCUST_NGINX_PREFIX": "/video", "FOCUST_NGINX_DECISION_CACHE": "1s"],
]

/// The words of a text, without quotes.
private func words(_ text: String) -> [Substring] { text.split { " \t\n;\"".contains($0) } }

@Suite struct NginxFilesTests {
    @Test(arguments: choices)
    func `Nothing of the templates is left`(changes: [String: String]) throws {
        for (name, text) in try texts(changes) {
            for mark in ["#if ", "#end\n", "@DIRECTORY@", "@PREFIX", "@ACCEL", "_DIR@", "@ID@"] {
                #expect(!text.contains(mark), "\(name): \(mark)")
            }
        }
    }

    @Test(arguments: choices)
    func `Every location lies below the prefix, or nginx alone reaches it`(changes: [String: String]) throws {
        let prefix = changes["FOCUST_NGINX_PREFIX"] ?? ""
        let server = try #require(try texts(changes)["server.conf"])
        let locations = server.split(separator: "\n").filter { $0.hasPrefix("location ") }
        #expect(locations.count > 40)
        for location in locations {
            let address = words(String(location)).first { $0.hasPrefix("/") || $0.hasPrefix("@") } ?? ""
            #expect(address.hasPrefix("\(prefix)/") || address.hasPrefix("@focust_"), "\(location)")
        }
    }

    @Test(arguments: ["/healthz", "/readyz", "/metrics"])
    func `Addresses for probes can be left out, and monitoring has them still`(address: String) throws {
        let (with, without) = (try texts(), try texts(["FOCUST_NGINX_OPERATIONS": "false"]))
        #expect(with["server.conf"]?.contains("location = \(address) ") == true)
        #expect(without["server.conf"]?.contains(address) == false)
        #expect(without["monitoring.conf"]?.contains("location = \(address) ") == true)
    }

    /// nginx keeps all variables in one hash whose buckets take two names of this length, and not two longer ones.
    @Test func `Variables have short names`() throws {
        for (name, text) in try texts(["FOCUST_NGINX_DECISION_CACHE": "2s"]) {
            for part in text.split(separator: "$focust_").dropFirst() {
                let variable = part.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                #expect(variable.utf8.count <= 7, "\(name): $focust_\(variable)")
            }
        }
    }

    @Test func `Two instances share no name and no file`() throws {
        let first = try texts(["FOCUST_NGINX_DECISION_CACHE": "2s"])
        let second = try texts(["FOCUST_NGINX_DECISION_CACHE": "2s", "FOCUST_INSTANCE": "staging"])
        for (name, text) in second {
            let ours = text.split(separator: "\n").filter { !$0.drop(while: \.isWhitespace).hasPrefix("#") }
            for line in ours where line.contains("focust") {
                #expect(
                    !line.replacing(", not of focust-video", with: "").replacing("focust_staging_", with: "")
                        .replacing("focust-video-staging", with: "")
                        .replacing("/_focust", with: "").replacing("/.focust-none", with: "").contains(
                            "focust"), "\(name): \(line)")
            }
            #expect(first[name] != nil)
        }
    }

    @Test(arguments: [
        ("FOCUST_RATE_TOKENS_PER_USER", "60r/m"), ("FOCUST_RATE_TOKENS_PER_USER", "60r/h burst=1"),
        ("FOCUST_RATE_TOKENS_PER_USER", "0r/s burst=1"), ("FOCUST_RATE_TOKENS_PER_USER", "1r/s burst=0"),
        ("FOCUST_RATE_TOKENS_PER_USER", "+1r/s burst=1"), ("FOCUST_RATE_TOKENS_PER_USER", "1r/s burst=1;"),
        ("FOCUST_UPLOADS_AT_ONCE", "0"), ("FOCUST_UPLOADS_IN_ALL", "65536"),
        ("FOCUST_TRUSTED_ADDRESSES", "backend.example.com"), ("FOCUST_TRUSTED_ADDRESSES", "10.0.0.0/33"),
        ("FOCUST_NGINX_LOG_DIR", "logs"), ("FOCUST_NGINX_LOG_DIR", "/var/log/$host"),
        ("FOCUST_NGINX_OPERATIONS", "off"), ("FOCUST_NGINX_DECISION_CACHE", "6s"),
        ("FOCUST_NGINX_MONITORING", "9113"), ("FOCUST_NGINX_MONITORING", "127.0.0.1:9113; x"),
        ("FOCUST_NGINX_DECISION_DIR", "/run/x\" levels=1"),
    ])
    func `A wrong setting of nginx's is named`(name: String, value: String) {
        let error = #expect(throws: SettingsErrors.self) { try texts([name: value]) }
        #expect(error?.errors.map(\.name) == [name])
    }

    @Test(arguments: [
        ("60r/m burst=30", 1), ("7r/m burst=3", 9), ("1r/m burst=1", 60), ("100r/s burst=999999", 1),
    ])
    func `A rate tells how long to wait`(text: String, seconds: Int) throws {
        #expect(try #require(RequestRate(text)).wait == seconds)
    }
}
