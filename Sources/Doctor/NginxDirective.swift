/// One directive of nginx's configuration, with those in its block.
struct NginxDirective {
    let words: [String]
    /// Nil where it ends in `;`.
    let block: [NginxDirective]?

    /// The directives of a text that nginx has accepted: words in quotes or without, comments, blocks.
    static func parse(_ text: String) -> [NginxDirective] {
        var tokens = Tokens(text)
        return directives(&tokens)
    }

    /// Up to the end of the block, or of the text.
    private static func directives(_ tokens: inout Tokens) -> [NginxDirective] {
        var found: [NginxDirective] = []
        var words: [String] = []
        while let token = tokens.next() {
            switch token {
            case .word(let word): words.append(word)
            case .semicolon:
                found.append(NginxDirective(words: words, block: nil))
                words = []
            case .open:
                found.append(NginxDirective(words: words, block: directives(&tokens)))
                words = []
            case .close: return found
            }
        }
        return found
    }

    /// All directives of this name, at any depth.
    static func named(_ name: String, in directives: [NginxDirective]) -> [NginxDirective] {
        directives.flatMap { directive in
            (directive.words.first == name ? [directive] : []) + named(name, in: directive.block ?? [])
        }
    }
}

extension NginxDirective {
    fileprivate enum Token {
        case word(String)
        case semicolon, open, close
    }

    /// nginx's own rules (ngx_conf_read_token): a quote counts at the beginning of a word, `\` takes away the meaning of
    /// what follows, `#` begins a comment where a word would begin.
    fileprivate struct Tokens {
        private var rest: Substring

        init(_ text: String) { rest = text[...] }

        mutating func next() -> Token? {
            skipBlanks()
            guard let first = rest.first else { return nil }
            switch first {
            case ";", "{", "}":
                rest.removeFirst()
                return first == ";" ? .semicolon : first == "{" ? .open : .close
            case "\"", "'": return .word(quoted(by: first))
            default: return .word(plain())
            }
        }

        private mutating func skipBlanks() {
            while let first = rest.first, first.isWhitespace || first == "#" {
                rest = first == "#" ? rest.drop { !$0.isNewline } : rest.dropFirst()
            }
        }

        private mutating func quoted(by quote: Character) -> String {
            rest.removeFirst()
            var word = ""
            while let character = rest.popFirst(), character != quote { append(character, &word, quote) }
            return word
        }

        private mutating func plain() -> String {
            var word = ""
            while let character = rest.first, !character.isWhitespace,
                !";{".contains(character) || word.hasSuffix("$")
            {
                rest.removeFirst()
                append(character, &word, nil)
            }
            return word
        }

        /// A backslash stays, as in a regular expression, unless it hides a quote.
        private mutating func append(_ character: Character, _ word: inout String, _ quote: Character?) {
            guard character == "\\", let hidden = rest.popFirst() else {
                word.append(character)
                return
            }
            if hidden != quote { word.append(character) }
            word.append(hidden)
        }
    }
}
