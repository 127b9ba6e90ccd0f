/// The text of one of nginx's files with `@NAME@` where a value belongs, and lines between `#if NAME` and `#end` that
/// stand there under a condition.
struct Template {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    /// The text with those conditional lines alone whose names are in `conditions`. Conditions hold no others.
    func under(_ conditions: Set<String>) -> Template {
        var isKept = true
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            if line.hasPrefix("#if ") { isKept = conditions.contains(String(line.dropFirst(4))) }
            defer { if line == "#end" { isKept = true } }
            return isKept && !line.hasPrefix("#if ") && line != "#end"
        }
        return Template(lines.joined(separator: "\n"))
    }

    /// The text with nginx's names, which all begin with `focust_`, told from those of other instances.
    func named(for instance: String) -> Template {
        guard !instance.isEmpty else { return self }
        return Template(
            text.split(separator: "focust_", omittingEmptySubsequences: false).joined(
                separator: "focust_\(instance)_"))
    }

    /// The text with each `@NAME@` that has a value replaced by it. Values are not looked into again.
    func filled(with values: [String: String]) -> String {
        var result = ""
        var rest = text[...]
        while let (start, end) = Self.placeholder(in: rest) {
            let name = rest[rest.index(after: start)..<end]
            result += rest[..<start]
            // An `@` of nginx's own is followed by a name in lower case.
            result += values[String(name)] ?? String(rest[start...end])
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// Where the first `@NAME@` begins and ends.
    private static func placeholder(in text: Substring) -> (Substring.Index, Substring.Index)? {
        var from = text.startIndex
        while let start = text[from...].firstIndex(of: "@") {
            from = text.index(after: start)
            let end = text[from...].firstIndex { !isOfName($0) } ?? text.endIndex
            if end > from, end < text.endIndex, text[end] == "@" { return (start, end) }
        }
        return nil
    }

    private static func isOfName(_ character: Character) -> Bool {
        ("A"..."Z").contains(character) || character == "_"
    }
}
