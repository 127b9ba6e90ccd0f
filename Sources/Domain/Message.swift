/// A sentence for people: its English text, and what was put into it, so that it can be said in another language.
///
/// Written as any text with interpolations: `"\(name) is missing."` has the template `{0} is missing.` and one argument.
package struct Message: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringInterpolation {
    /// The English sentence with `{0}`, `{1}`, … for what was put into it: what a table of another language goes by.
    package let template: String
    private let arguments: [String]

    package init(stringLiteral text: String) {
        template = text
        arguments = []
    }

    /// A sentence that another part of the program made, as it is.
    package init(_ text: String) {
        self.init(stringLiteral: text)
    }

    /// A sentence of another part of the program whose template is one of `templates`; as it is where none fits.
    ///
    /// What crosses the border of a process is text, and no template with what was put into it any more.
    package init(_ text: String, among templates: some Sequence<String>) {
        for template in templates {
            guard let arguments = Self.arguments(of: text, by: template) else { continue }
            self.init(template, arguments)
            return
        }
        self.init(text)
    }

    private init(_ template: String, _ arguments: [String]) {
        self.template = template
        self.arguments = arguments
    }

    /// What was put into `template`, whose `{0}`, `{1}`, … come in this order, to make `text`; nil where it did not.
    private static func arguments(of text: String, by template: String) -> [String]? {
        var pieces: [Substring] = []
        var rest = template[...]
        while let mark = rest.firstRange(of: "{\(pieces.count)}") {
            pieces.append(rest[..<mark.lowerBound])
            rest = rest[mark.upperBound...]
        }
        guard let first = pieces.first else { return text == template ? [] : nil }
        guard text.hasPrefix(first) else { return nil }
        var left = text.dropFirst(first.count)
        var arguments: [String] = []
        for piece in pieces.dropFirst() {
            guard let found = left.firstRange(of: piece) else { return nil }
            arguments.append(String(left[..<found.lowerBound]))
            left = left[found.upperBound...]
        }
        guard left.hasSuffix(rest) else { return nil }
        return arguments + [String(left.dropLast(rest.count))]
    }

    package init(stringInterpolation parts: StringInterpolation) {
        template = parts.template
        arguments = parts.arguments
    }

    /// In English.
    package var description: String { filled(template) { $0 } }

    /// In the language of `table`, which maps templates; a sentence it lacks stays English. What was put in may be a
    /// phrase of the table too, such as the reason why a token is malformed.
    package func text(by table: [String: String]) -> String {
        guard let sentence = table[template] else { return description }
        return filled(sentence) { table[$0] ?? $0 }
    }

    private func filled(_ sentence: String, _ said: (String) -> String) -> String {
        guard !arguments.isEmpty else { return sentence }
        var text = ""
        var rest = sentence[...]
        while let open = rest.firstIndex(of: "{") {
            text += rest[..<open]
            rest = rest[open...]
            guard let close = rest.firstIndex(of: "}"),
                let number = Int(rest[rest.index(after: open)..<close]), arguments.indices.contains(number)
            else { break }
            text += said(arguments[number])
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }

    /// What the compiler puts a literal together with.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var template = ""
        fileprivate var arguments: [String] = []

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) {
            template += literal
        }

        package mutating func appendInterpolation(_ value: some Any) {
            template += "{\(arguments.count)}"
            arguments.append("\(value)")
        }
    }
}
