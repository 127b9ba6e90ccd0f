/// The `NAME=value` lines of `FOCUST_CONFIG`, in the syntax of systemd's `EnvironmentFile=` (systemd.exec(5)).
///
/// Empty lines and lines that begin with `#` or `;` are skipped; a value may stand in single or double quotes; a
/// backslash at the end of a line continues it.
package enum EnvironmentFile {
    /// The pairs of `text`; a later line wins.
    ///
    /// Throws an error that names the line where it is no assignment.
    package static func parse(_ text: String) throws(SettingsError) -> [String: String] {
        var values: [String: String] = [:]
        // A line end of two characters is one Character, and no "\n".
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.enumerated()
            .makeIterator()
        while let (number, line) = lines.next() {
            var joined = String(line)
            while joined.last == "\\", let next = lines.next() {
                joined.removeLast()
                joined += next.element
            }
            let trimmed = joined.trimmed()
            guard let first = trimmed.first, first != "#", first != ";" else { continue }
            guard let equals = trimmed.firstIndex(of: "="), case let name = trimmed[..<equals].trimmed(),
                isName(name)
            else {
                throw SettingsError(
                    name: "FOCUST_CONFIG", found: "line \(number + 1)",
                    expected: "NAME=value, a comment or empty")
            }
            values[String(name)] = unquoted(trimmed[trimmed.index(after: equals)...].trimmed())
        }
        return values
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }

    private static func unquoted(_ value: Substring) -> String {
        guard let quote = value.first, quote == "\"" || quote == "'", value.count >= 2, value.last == quote
        else {
            return String(value)
        }
        let inside = value.dropFirst().dropLast()
        guard quote == "\"" else { return String(inside) }
        var text = ""
        var isEscaped = false
        for character in inside {
            if !isEscaped && character == "\\" {
                isEscaped = true
                continue
            }
            text.append(character)
            isEscaped = false
        }
        return text
    }
}

extension StringProtocol where SubSequence == Substring {
    /// Without spaces and tabs at either end.
    func trimmed() -> Substring {
        let isSpace = { (character: Character) in character == " " || character == "\t" || character == "\r" }
        var rest = self[...].drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return rest
    }
}
