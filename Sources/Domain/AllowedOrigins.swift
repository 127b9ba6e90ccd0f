/// The origins whose pages may call this server and show its videos (`FOCUST_ALLOWED_ORIGINS`).
package struct AllowedOrigins: Equatable, Sendable {
    /// One entry: an origin, or `https://*.example.com` for one or more labels below a domain.
    package enum Entry: Hashable, Sendable, CustomStringConvertible {
        case exactly(Origin)
        case below(Origin)

        /// Nil where `text` is not an origin: a path, a trailing slash, or a `*` anywhere else.
        package init?(_ text: some StringProtocol) {
            let wildcard = text.split(separator: "://*.", maxSplits: 1, omittingEmptySubsequences: false)
            let plain = wildcard.count == 2 ? "\(wildcard[0])://\(wildcard[1])" : String(text)
            guard let origin = Origin(of: plain), Self.isBare(plain, origin) else { return nil }
            // An address has nothing below it.
            guard wildcard.count == 1 || !origin.host.hasPrefix("[") else { return nil }
            self = wildcard.count == 2 ? .below(origin) : .exactly(origin)
        }

        package var description: String {
            switch self {
            case .exactly(let origin): return origin.description
            case .below(let origin):
                let text = origin.description
                return "\(origin.scheme)://*." + text.dropFirst(origin.scheme.count + 3)
            }
        }

        private static func isBare(_ text: String, _ origin: Origin) -> Bool {
            let lower = text.lowercased()
            return lower == origin.description || lower == "\(origin.scheme)://\(origin.host):\(origin.port)"
        }
    }

    package let entries: [Entry]
    /// Those that are one origin, as a browser writes it.
    private let plain: [String]

    package init(_ entries: [Entry]) {
        self.entries = entries
        plain = entries.compactMap { entry in
            if case .exactly(let origin) = entry { origin.description } else { nil }
        }
    }

    /// Whether the origin of `url`, a `Referer` or an `Origin` header, is allowed.
    ///
    /// Nearly every page's address begins with an entry as it stands. It is of that origin only where the authority ends
    /// there (RFC 3986 §3.2): behind `https://learner.example.com` may follow `.evil.example`, `@` or a port.
    package func contains(originOf url: String) -> Bool {
        for origin in plain where Self.begins(url, with: origin) { return true }
        return Origin(of: url).map(contains) ?? false
    }

    private static func begins(_ url: String, with origin: String) -> Bool {
        let (bytes, expected) = (url.utf8.span, origin.utf8.span)
        guard bytes.count >= expected.count else { return false }
        for index in expected.indices where bytes[index] != expected[index] { return false }
        guard bytes.count > expected.count else { return true }
        switch bytes[expected.count] {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): return true
        default: return false
        }
    }

    package func contains(_ origin: Origin) -> Bool {
        entries.contains { entry in
            switch entry {
            case .exactly(let allowed): return allowed == origin
            case .below(let domain):
                return origin.scheme == domain.scheme && origin.port == domain.port
                    && origin.host.hasSuffix("." + domain.host)
            }
        }
    }
}
