/// The `; name=value` list behind the first word of a header (RFC 9110 §5.6.6).
struct HeaderParameters: Equatable, Sendable {
    /// How a backslash in a quoted string is read.
    enum Escaping {
        /// RFC 9110 §5.6.4: it escapes whatever follows.
        case quotedPair
        /// It escapes `"` and `\` alone: browsers never escape it, and old ones send `C:\video.mp4`.
        case quotesOnly
    }

    private(set) var all: [(name: String, value: [UInt8])] = []

    /// Reads `bytes` from its first `;`. Nil where the syntax is broken or a name occurs twice.
    init?(parsing bytes: ArraySlice<UInt8>, escaping: Escaping) {
        var rest = Self.trimmed(bytes)
        while !rest.isEmpty {
            guard rest.removeFirst() == UInt8(ascii: ";") else { return nil }
            rest = Self.trimmed(rest)
            // `a/b;` and `;;`: RFC 9110 §5.6.6 lets parameters be empty.
            if rest.isEmpty || rest.first == UInt8(ascii: ";") { continue }
            guard let name = Self.token(&rest), rest.popFirst() == UInt8(ascii: "="),
                let value = Self.value(&rest, escaping), self[name] == nil
            else { return nil }
            all.append((name, value))
            rest = Self.trimmed(rest)
        }
    }

    /// The value of the parameter of that name (lower case).
    subscript(_ name: String) -> [UInt8]? {
        all.first { $0.name == name }?.value
    }

    static func == (left: Self, right: Self) -> Bool {
        left.all.elementsEqual(right.all) { $0.name == $1.name && $0.value == $1.value }
    }

    /// The token at the start of `rest`, in lower case, stepped over; nil where there is none.
    static func token(_ rest: inout ArraySlice<UInt8>) -> String? {
        let word = rest.prefix(while: isTokenByte)
        rest = rest[word.endIndex...]
        return word.isEmpty ? nil : String(decoding: word, as: UTF8.self).lowercased()
    }

    /// Without spaces and tabs at both ends.
    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes
        while let first = rest.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
        while let last = rest.last, last == 0x20 || last == 0x09 { rest.removeLast() }
        return rest
    }

    private static func value(_ rest: inout ArraySlice<UInt8>, _ escaping: Escaping) -> [UInt8]? {
        if rest.first == UInt8(ascii: "\"") { return quotedString(&rest, escaping) }
        // Wider than a token: `filename*=UTF-8''…` and bare names of careless clients.
        let word = rest.prefix {
            $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\"")
        }
        rest = rest[word.endIndex...]
        return word.isEmpty ? nil : Array(word)
    }

    private static func quotedString(_ rest: inout ArraySlice<UInt8>, _ escaping: Escaping) -> [UInt8]? {
        var text: [UInt8] = []
        rest.removeFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"):
                if let next = rest.first, escaping == .quotedPair || isQuoteOrBackslash(next) {
                    text.append(next)
                    rest.removeFirst()
                } else {
                    text.append(byte)
                }
            default: text.append(byte)
            }
        }
        return nil
    }

    private static func isQuoteOrBackslash(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// RFC 9110 §5.6.2.
    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
