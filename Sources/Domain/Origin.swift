/// A web origin: scheme, host and port (RFC 6454 §4), parsed and never compared by prefix.
package struct Origin: Hashable, Sendable, CustomStringConvertible {
    /// The longest text that is looked at; browsers send no longer `Referer`.
    private static let maxBytes = 8192

    package let scheme: String
    package let host: String
    package let port: Int

    /// The origin of an `http` or `https` URL, or of an `Origin` header; nil where the text has none that
    /// could be trusted: `null`, user information, characters a browser would read differently from us.
    package init?(of url: some StringProtocol) {
        guard url.utf8.count <= Self.maxBytes else { return nil }
        // Bytes and not characters: a combining mark behind a `/` would make it another character.
        let bytes = ArraySlice(url.utf8)
        let scheme = String(decoding: bytes.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self).lowercased()
        let rest = bytes.dropFirst(scheme.utf8.count)
        guard scheme == "https" || scheme == "http", rest.starts(with: "://".utf8) else { return nil }
        // `https://allowed.example@evil.example` has the host evil.example, and `\` is a slash to a browser:
        // neither `@` nor `\` is a host byte.
        let authority = rest.dropFirst(3).prefix { !"/?#".utf8.contains($0) }
        guard let host = Self.host(of: authority),
            let port = Self.port(behind: authority.dropFirst(host.utf8.count), scheme: scheme)
        else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// The `Origin` header form (RFC 6454 §6.2): the default port is left out.
    package var description: String {
        let isDefault = port == (scheme == "https" ? 443 : 80)
        return isDefault ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
    }

    /// The host, in lower case: a name, or an address in brackets (RFC 3986 §3.2.2).
    private static func host(of authority: ArraySlice<UInt8>) -> String? {
        let isBracketed = authority.first == UInt8(ascii: "[")
        let host = authority.prefix { $0 != UInt8(ascii: isBracketed ? "]" : ":") }
        guard isBracketed else { return isName(host) ? lowercased(host) : nil }
        let address = host.dropFirst()
        guard host.endIndex < authority.endIndex, (2...45).contains(address.count),
            address.contains(UInt8(ascii: ":")), address.allSatisfy(isAddressByte)
        else { return nil }
        return lowercased(host) + "]"
    }

    /// Labels of letters, digits, `-` and `_`, none of them empty but one behind a last dot.
    private static func isName(_ host: ArraySlice<UInt8>) -> Bool {
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let named = labels.last?.isEmpty == true ? labels.dropLast() : labels[...]
        return host.count <= 255 && !named.isEmpty
            && named.allSatisfy { !$0.isEmpty && $0.allSatisfy(isLabelByte) }
    }

    /// The port, or the scheme's own where there is none; nil where the text is no port.
    private static func port(behind text: ArraySlice<UInt8>, scheme: String) -> Int? {
        guard let colon = text.first else { return scheme == "https" ? 443 : 80 }
        let digits = text.dropFirst()
        guard colon == UInt8(ascii: ":"), (1...5).contains(digits.count), digits.allSatisfy(isDigit),
            let port = Int(lowercased(digits)), (1...65535).contains(port)
        else { return nil }
        return port
    }

    private static func lowercased(_ ascii: ArraySlice<UInt8>) -> String {
        String(decoding: ascii, as: UTF8.self).lowercased()
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: isDigit(byte)
        }
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
        case UInt8(ascii: ":"), UInt8(ascii: "."): true
        default: isDigit(byte)
        }
    }
}
