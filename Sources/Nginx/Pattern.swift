import Domain

/// Regular expressions for nginx, PCRE in double quotes.
enum Pattern {
    /// An `Identifier`.
    static let id = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}"

    /// A range of Accept-Language that is French (the first capture) or English, up to its quality.
    static let language = "(?:^|,) *(?:(fr)|en)(?:-[^,; ]*)? *(?:;(?! *q=)[^,;]*)*"

    /// Text that stands for itself, of what settings let through: a host, an address in brackets, a path of ids.
    static func quoted(_ text: String) -> String {
        text.map { ".[]".contains($0) ? "\\\($0)" : "\($0)" }.joined()
    }

    /// The `Origin` headers of an allowed entry, whatever their letters' case; the default port may be written out.
    static func of(_ entry: AllowedOrigins.Entry) -> String {
        switch entry {
        case .exactly(let origin): return of(origin, below: "")
        case .below(let origin): return of(origin, below: "(?:[a-z0-9_-]+\\.)+")
        }
    }

    private static func of(_ origin: Origin, below: String) -> String {
        let isDefault = origin.port == (origin.scheme == "https" ? 443 : 80)
        let port = isDefault ? "(?::\(origin.port))?" : ":\(origin.port)"
        return "~*^\(origin.scheme)://\(below)\(quoted(origin.host))\(port)$"
    }
}
