/// A setting that is missing or wrong: its name, what it was, and what it must be, on one line.
package struct SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    package let name: String
    /// What was found; nil where the setting is missing, and never the value of a secret.
    package let found: String?
    package let expected: String
    /// What to change in this very value, without a capital and a full stop; nil where `expected` says all.
    package let hint: String?

    package init(name: String, found: String?, expected: String, hint: String? = nil) {
        self.name = name
        self.found = found
        self.expected = expected
        self.hint = hint
    }

    package var description: String {
        let rest = hint.map { "; \($0)" } ?? ""
        guard let found else { return "\(name) is missing: it must be \(expected)\(rest)" }
        return "\(name) is \"\(found)\": it must be \(expected)\(rest)"
    }
}

/// Everything that is wrong with the settings, so that one start shows all of it.
package struct SettingsErrors: Error, Equatable, Sendable, CustomStringConvertible {
    package let errors: [SettingsError]

    package init(errors: [SettingsError]) {
        self.errors = errors
    }

    package var description: String { errors.map(\.description).joined(separator: "\n") }
}
