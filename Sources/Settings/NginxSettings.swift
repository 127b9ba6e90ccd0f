import Domain

/// What only nginx's files need: limits, logs and the cache of decisions; see `Setting.nginx`.
package struct NginxSettings: Sendable {
    package var tokensPerUser: RequestRate
    package var tokensPerAddress: RequestRate
    package var uploadsPerAddress: RequestRate
    /// Per address.
    package var uploadsAtOnce: Int
    /// Of all addresses together.
    package var uploadsInAll: Int
    /// Addresses and networks that the limits do not count, as they were written.
    package var trustedAddresses: [String]
    package var logDirectory: String
    /// Whether server.conf has `/healthz`, `/readyz` and `/metrics`.
    package var operations: Bool
    /// Where monitoring.conf listens.
    package var monitoring: String
    /// Seconds that nginx goes by a decision about segments; nil: it asks each time.
    package var decisionSeconds: Int?
    package var decisionDirectory: String

    /// From `NAME=value` pairs; throws all that is wrong.
    package init(values: [String: String]) throws(SettingsErrors) {
        var reader = SettingsReader(values: values, role: .nginx) { _ in nil }
        self.init(&reader)
        guard reader.errors.isEmpty else { throw SettingsErrors(errors: reader.errors) }
    }

    private init(_ reader: inout SettingsReader) {
        tokensPerUser = Self.readRate(&reader, "FOCUST_RATE_TOKENS_PER_USER")
        tokensPerAddress = Self.readRate(&reader, "FOCUST_RATE_TOKENS_PER_ADDRESS")
        uploadsPerAddress = Self.readRate(&reader, "FOCUST_RATE_UPLOADS_PER_ADDRESS")
        uploadsAtOnce = reader.integer("FOCUST_UPLOADS_AT_ONCE", or: 8, in: 1...65535)
        uploadsInAll = reader.integer("FOCUST_UPLOADS_IN_ALL", or: 64, in: 1...65535)
        trustedAddresses = Self.readTrustedAddresses(&reader)
        operations = reader.flag("FOCUST_NGINX_OPERATIONS", or: true)
        monitoring = Self.readMonitoring(&reader)
        logDirectory = Settings.readServedPath(&reader, "FOCUST_NGINX_LOG_DIR", "/var/log/nginx")
        decisionSeconds = Self.readDecisionSeconds(&reader)
        let place = Settings.place(of: Settings.readInstance(&reader))
        decisionDirectory = Settings.readServedPath(
            &reader, "FOCUST_NGINX_DECISION_DIR", "/run/\(place)-decisions")
    }

    private static func readRate(_ reader: inout SettingsReader, _ name: String) -> RequestRate {
        // The default is written in the list of settings alone.
        let text = Setting.nginx.first { $0.name == name }?.defaultText ?? ""
        let fallback = RequestRate(text) ?? RequestRate(requests: 1, unit: .second, burst: 0)
        return reader.value(name, or: fallback, expected: "like \"\(text)\"") { RequestRate($0) }
    }

    private static func readTrustedAddresses(_ reader: inout SettingsReader) -> [String] {
        let name = "FOCUST_TRUSTED_ADDRESSES"
        let texts = reader.text(name) == nil ? ["127.0.0.1", "::1"] : reader.list(name)
        if texts.contains(where: { AddressRange($0) == nil }) {
            reader.complain(
                name, texts.joined(separator: ","),
                "comma-separated addresses or networks such as 192.0.2.10 or 2001:db8::/64")
        }
        return texts
    }

    /// An address that a socket of this machine can have, for nginx's `listen`.
    private static func readMonitoring(_ reader: inout SettingsReader) -> String {
        reader.value(
            "FOCUST_NGINX_MONITORING", or: "127.0.0.1:9113", expected: "like 127.0.0.1:9113 or [::1]:9113"
        ) {
            // The origin of a URL has what is asked for: an address or a name, and a port.
            let host = Origin(of: "http://\($0)")
            let isWhole = host.map { "\($0.host):\($0.port)" } == $0.lowercased()
            return isWhole ? $0 : nil
        }
    }

    private static func readDecisionSeconds(_ reader: inout SettingsReader) -> Int? {
        let choices = ["1s": 1, "2s": 2, "3s": 3, "4s": 4, "5s": 5]
        return reader.optional("FOCUST_NGINX_DECISION_CACHE", expected: "off, or 1s to 5s") {
            $0 == "off" ? .some(nil) : choices[$0].map { .some($0) }
        } ?? nil
    }
}

/// How many requests nginx lets through: so many in a second or minute, and so many at once above that
/// (ngx_http_limit_req_module: rate=, burst=).
package struct RequestRate: Equatable, Sendable {
    package enum Unit: String, Sendable {
        case second = "s"
        case minute = "m"
    }

    package let requests: Int
    package let unit: Unit
    package let burst: Int

    package init(requests: Int, unit: Unit, burst: Int) {
        self.requests = requests
        self.unit = unit
        self.burst = burst
    }

    /// As in `60r/m burst=30`; nil where `text` is anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: " burst=", omittingEmptySubsequences: false)
        guard parts.count == 2, let unit = parts[0].last.flatMap({ Unit(rawValue: String($0)) }),
            parts[0].dropLast().hasSuffix("r/"), let requests = Self.number(parts[0].dropLast(3)),
            let burst = Self.number(parts[1]), requests > 0, burst > 0
        else { return nil }
        self.init(requests: requests, unit: unit, burst: burst)
    }

    /// Seconds until there is room for one more request.
    package var wait: Int { unit == .minute ? (60 + requests - 1) / requests : 1 }

    /// At most six digits, which fit nginx's counters.
    private static func number(_ text: Substring) -> Int? {
        text.utf8.count <= 6 && text.allSatisfy { ("0"..."9").contains($0) } ? Int(text) : nil
    }
}
