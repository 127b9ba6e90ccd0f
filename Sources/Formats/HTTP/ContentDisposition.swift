import Domain

/// A `Content-Disposition` as a part of a form has it (RFC 7578 §4.2), read the way browsers write it.
package struct ContentDisposition: Equatable, Sendable {
    /// "form-data", in lower case.
    package let type: String
    /// The form field; nil where there is none.
    package let name: String?
    /// What the client calls the file, as sent: no one has cleaned it yet. Nil where the part is no file.
    package let filename: String?

    /// Nil where the syntax is broken, a parameter occurs twice or a name is no valid UTF-8.
    package init?(parsing text: some StringProtocol) {
        self.init(parsing: ArraySlice(text.utf8))
    }

    init?(parsing bytes: ArraySlice<UInt8>) {
        var rest = HeaderParameters.trimmed(bytes)
        guard let type = HeaderParameters.token(&rest),
            let parameters = HeaderParameters(parsing: rest, escaping: .quotesOnly),
            let name = Self.text(parameters["name"]), let filename = Self.filename(parameters)
        else { return nil }
        self.type = type
        self.name = name
        self.filename = filename
    }

    /// The name, or an inner nil where there is none; the outer nil where it is broken.
    private static func filename(_ parameters: HeaderParameters) -> String?? {
        // RFC 7578 §4.2 forbids the extended form, and libraries send it nevertheless, often beside a poor
        // plain one: so it goes first, as in RFC 6266 §4.3. A field's own name has no such form.
        guard let value = parameters["filename*"] else { return text(parameters["filename"]) }
        return ExtendedValue.decode(value).map { $0 }
    }

    private static func text(_ value: [UInt8]?) -> String?? {
        guard let value else { return .some(nil) }
        return String(validating: unescaped(value), as: UTF8.self).map { $0 }
    }

    /// WHATWG HTML §4.10.21.8: browsers send `"`, CR and LF as `%22`, `%0D` and `%0A`, and nothing else so:
    /// "100%25.mp4" is the file's real name.
    private static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let code = Hexadecimal.byte(in: rest, at: rest.startIndex),
                [0x22, 0x0D, 0x0A].contains(code)
            {
                output.append(code)
                rest.removeFirst(2)
            } else {
                output.append(byte)
            }
        }
        return output
    }
}
