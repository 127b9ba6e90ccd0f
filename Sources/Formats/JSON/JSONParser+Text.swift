import Domain

// Strings (RFC 8259 §7) and numbers (§6).
extension JSONParser {
    mutating func string() throws(JSONError) -> String {
        let start = offset
        guard try peek() == UInt8(ascii: "\"") else { throw failure(.unexpectedByte) }
        offset += 1
        var text: [UInt8] = []
        while true {
            let byte = try peek()
            guard byte >= 0x20 else { throw failure(.unexpectedByte) }
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let result = String(validating: text, as: UTF8.self) else {
                    throw failure(.invalidUTF8, at: start)
                }
                return result
            case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
            default: text.append(byte)
            }
        }
    }

    /// What stands after a backslash, as UTF-8.
    private mutating func escape() throws(JSONError) -> [UInt8] {
        let byte = try peek()
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(try unicodeEscape()).utf8)
        default: throw failure(.invalidEscape, at: offset - 1)
        }
    }

    /// One character in `\uXXXX` form, or two of them for one beyond U+FFFF.
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let start = offset
        let high = try hexQuad()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard (0xD800...0xDBFF).contains(high), try peek() == UInt8(ascii: "\\") else {
            throw failure(.invalidEscape, at: start)
        }
        offset += 1
        guard try peek() == UInt8(ascii: "u") else { throw failure(.invalidEscape) }
        offset += 1
        let low = try hexQuad()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        else { throw failure(.invalidEscape, at: start) }
        return scalar
    }

    private mutating func hexQuad() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Hexadecimal.value(of: try peek()) else { throw failure(.invalidEscape) }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }

    mutating func number() throws(JSONError) -> JSONValue {
        let start = offset
        if try peek() == UInt8(ascii: "-") { offset += 1 }
        // A leading zero stands alone: `01` is octal to some readers.
        if try peek() == UInt8(ascii: "0") { offset += 1 } else { try digits() }
        let isInteger = try !skipFractionAndExponent()
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw failure(.invalidNumber, at: start) }
        return .number(value)
    }

    private mutating func skipFractionAndExponent() throws(JSONError) -> Bool {
        let start = offset
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            offset += 1
            try digits()
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            offset += 1
            if [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(try peek()) { offset += 1 }
            try digits()
        }
        return offset > start
    }

    /// One digit or more.
    private mutating func digits() throws(JSONError) {
        let start = offset
        while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) { offset += 1 }
        guard offset > start else {
            throw failure(offset < bytes.count ? .unexpectedByte : .unexpectedEnd)
        }
    }
}
