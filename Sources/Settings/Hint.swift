import Domain

/// What to change in a value that was refused, where its mistake is a common one.
struct Hint: Sendable {
    /// Nil where the mistake is not known.
    let about: @Sendable (_ text: String) -> String?

    static let number = Hint(about: plainNumber)
    static let origins = Hint(about: wrongOrigin)
    static let publicURL = Hint(about: wrongURL)
    /// Of `SECRET_KEY`: an older server may have had a shorter one.
    static let shortKey = Hint { _ in
        "make one with openssl rand -hex 32; where an older server had a shorter one, see earlier-clients.md"
    }

    /// Of the keys before it.
    static let shortPreviousKey =
        "leave a shorter one out, with which the tokens that it signed end; earlier-clients.md says how to have nobody "
        + "notice"

    private static let ascii = "letters beyond ASCII as a browser sends them (xn--…)"

    /// A comment behind a value belongs to the value (systemd.exec(5), EnvironmentFile=).
    static func comment(_ text: String) -> String? {
        text.contains(" #") ? "a comment has a line of its own" : nil
    }

    /// `500M` or `6h`: such units are not read.
    @Sendable private static func plainNumber(_ text: String) -> String? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int(digits), let unit = text.dropFirst(digits.count).trimmed().lowercased().first,
            let factor = ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40][unit]
        else { return nil }
        let (product, isTooLarge) = count.multipliedReportingOverflow(by: factor)
        return isTooLarge ? nil : "without a unit: \(product)"
    }

    /// Of the first of several origins, joined by commas, that is none.
    @Sendable private static func wrongOrigin(_ text: String) -> String? {
        let entries = text.split(separator: ",").map { $0.trimmed() }
        guard let wrong = entries.first(where: { AllowedOrigins.Entry($0) == nil }) else { return nil }
        if wrong == "*" || wrong == "null" { return "each site by its name, and not \(wrong)" }
        if wrong.contains(where: { " ;".contains($0) }) { return "commas between them" }
        guard wrong.contains("://") else { return "with https:// before \(wrong)" }
        guard wrong.utf8.allSatisfy({ $0 < 0x80 }) else { return ascii }
        guard let origin = Origin(of: wrong.replacing("://*.", with: "://", maxReplacements: 1)) else {
            return nil
        }
        let isSlash = wrong.last == "/" && !wrong.dropLast().dropFirst(origin.scheme.count + 3).contains("/")
        return isSlash ? "no slash at its end: \(wrong.dropLast())" : "no path behind it: \(origin)"
    }

    /// Of the address of this server.
    @Sendable private static func wrongURL(_ text: String) -> String? {
        guard text.contains("://") else { return "with https:// before \(text)" }
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return ascii }
        return text.last == "/" ? "no slash at its end: \(text.dropLast())" : nil
    }
}
