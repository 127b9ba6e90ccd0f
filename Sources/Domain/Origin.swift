/// A web origin: scheme, host and port (RFC 6454 §4), parsed and never compared by prefix.
package struct Origin: Hashable, Sendable, CustomStringConvertible {
    package let scheme: String
    package let host: String
    package let port: Int

    /// The origin of an `http` or `https` URL, or of an `Origin` header; nil where the text has none that
    /// could be trusted: `null`, user information, characters a browser would read differently from us.
    package init?(of url: some StringProtocol) {
        guard url.utf8.count <= 8192, let separator = Self.range(of: "://", in: url) else { return nil }
        let scheme = url[..<separator.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else { return nil }
        let rest = url[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        // `https://allowed.example@evil.example` has the host evil.example, and `\` is a slash to a browser.
        guard let (host, port) = Self.split(authority) else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port ?? (scheme == "https" ? 443 : 80)
    }

    /// The `Origin` header form (RFC 6454 §6.2): the default port is left out.
    package var description: String {
        let isDefault = port == (scheme == "https" ? 443 : 80)
        return isDefault ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
    }

    private static func range<S: StringProtocol>(of needle: String, in text: S) -> Range<S.Index>? {
        guard let start = text.firstIndex(of: ":"), text[start...].hasPrefix(needle) else { return nil }
        return start..<text.index(start, offsetBy: needle.count)
    }

    private static func split(_ authority: some StringProtocol) -> (host: String, port: Int?)? {
        let hostEnd = authority.first == "[" ? authority.lastIndex(of: "]").map(authority.index(after:)) : nil
        let colon = hostEnd.map { $0 == authority.endIndex ? nil : $0 } ?? authority.firstIndex(of: ":")
        let host = authority[..<(colon ?? authority.endIndex)].lowercased()
        guard !host.isEmpty, host.utf8.count <= 255, host.utf8.allSatisfy(isHostByte) else { return nil }
        guard let colon else { return (host, nil) }
        let digits = authority[colon...].dropFirst()
        guard authority[colon] == ":", (1...5).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = Int(digits), (1...65535).contains(port)
        else { return nil }
        return (host, port)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ":"): true
        default: false
        }
    }
}
