/// The text of one of nginx's files with `@NAME@` where a value belongs.
struct Template {
    let text: String

    init(_ bytes: [UInt8]) {
        text = String(decoding: bytes, as: UTF8.self)
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
