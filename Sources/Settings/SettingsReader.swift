import Crypto

/// Reads settings one by one and keeps every complaint, so that a start names all that is wrong.
struct SettingsReader {
    let role: Settings.Role
    private let values: [String: String]
    private let readFile: (String) -> [UInt8]?
    private(set) var errors: [SettingsError] = []
    /// The texts that were read, by the name of the setting.
    private(set) var given: [String: Secret] = [:]

    /// `readFile` reads the file that a `…_FILE` setting names; nil where it cannot be read.
    init(values: [String: String], role: Settings.Role, readFile: @escaping (String) -> [UInt8]?) {
        self.role = role
        self.values = values
        self.readFile = readFile
    }

    /// The value as it was written; nil where it is missing or empty.
    mutating func text(_ name: String) -> String? {
        let text = find(name)
        given[name] = text.map { Secret($0) }
        return text
    }

    private mutating func find(_ name: String) -> String? {
        guard let setting = (Setting.all + Setting.nginx).first(where: { $0.name == name }) else {
            complain(name, nil, "in the list of settings")
            return nil
        }
        if let value = values[name], !value.isEmpty { return value }
        guard setting.isSecret else { return nil }
        guard let path = values["\(name)_FILE"], !path.isEmpty else { return findBeside(name) }
        guard let bytes = readFile(path), let line = Self.line(bytes) else {
            complain("\(name)_FILE", path, "a readable file of UTF-8 text")
            return nil
        }
        return line
    }

    /// A secret in the file of its own name where `FOCUST_SECRETS` says; that there is none is fine. Conversions have no
    /// business there.
    private func findBeside(_ name: String) -> String? {
        guard role == .serve, let path = secretsPath(name) else { return nil }
        return readFile(path).flatMap(Self.line)
    }

    private func secretsPath(_ name: String) -> String? {
        guard let start = values["FOCUST_SECRETS"], !start.isEmpty else { return nil }
        return start + name
    }

    /// The text of a file without its last line break; nil where it is no UTF-8.
    private static func line(_ bytes: [UInt8]) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self)?.trimmed() else { return nil }
        return String(text.last == "\n" ? text.dropLast() : text)
    }

    /// The setting parsed by `parse`, or `fallback` where it is missing; complains where `parse` answers nil.
    mutating func value<Value>(
        _ name: String, or fallback: Value, expected: String, hint: Hint? = nil,
        _ parse: (String) -> Value?
    ) -> Value {
        guard let text = text(name) else { return fallback }
        guard let value = parse(text) else {
            complain(name, shown(name, text), expected, Hint.comment(text) ?? hint?.about(text))
            return fallback
        }
        return value
    }

    /// A setting that may be left out; nil where it is missing, and (with a complaint) where it is wrong.
    mutating func optional<Value>(
        _ name: String, expected: String, hint: Hint? = nil,
        _ parse: (String) -> Value?
    ) -> Value? {
        guard let text = text(name) else { return nil }
        let value = parse(text)
        if value == nil {
            complain(name, shown(name, text), expected, Hint.comment(text) ?? hint?.about(text))
        }
        return value
    }

    /// A setting without which nothing can be served; nil (and a complaint) where it is missing or wrong.
    mutating func required<Value>(
        _ name: String, expected: String, hint: Hint? = nil,
        _ parse: (String) -> Value?
    ) -> Value? {
        guard let text = text(name) else {
            let isSecret = Setting.all.contains { $0.name == name && $0.isSecret }
            let isNeeded = role == .serve || (role == .nginx && !isSecret)
            if isNeeded && !errors.contains(where: { $0.name == "\(name)_FILE" }) {
                let file = isSecret ? secretsPath(name).map { ", or in \($0), readable here" } : nil
                complain(name, nil, expected + (file ?? ""))
            }
            return nil
        }
        guard let value = parse(text) else {
            complain(name, shown(name, text), expected, Hint.comment(text) ?? hint?.about(text))
            return nil
        }
        return value
    }

    mutating func integer(_ name: String, or fallback: Int, in range: ClosedRange<Int>, unit: String = "")
        -> Int
    {
        let of = unit.isEmpty ? "" : " (\(unit))"
        return value(
            name, or: fallback,
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)\(of)",
            hint: .number
        ) {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    mutating func flag(_ name: String, or fallback: Bool = false) -> Bool {
        value(name, or: fallback, expected: "true or false") {
            ["true": true, "false": false][$0.lowercased()]
        }
    }

    /// The parts of a comma-separated setting, spaces around them removed.
    mutating func list(_ name: String) -> [String] {
        (text(name) ?? "").split(separator: ",").map { String($0.trimmed()) }.filter { !$0.isEmpty }
    }

    mutating func complain(_ name: String, _ found: String?, _ expected: String, _ hint: String? = nil) {
        errors.append(SettingsError(name: name, found: found, expected: expected, hint: hint))
    }

    private func shown(_ name: String, _ text: String) -> String {
        let isSecret = Setting.all.contains { $0.name == name && $0.isSecret }
        return isSecret ? "[redacted, \(text.utf8.count) bytes]" : text
    }
}
