import Crypto

/// Reads a payload's one JSON object (RFC 8259) where it lies, without a tree: known claims are noted by their
/// place, others are skipped, texts are unescaped in place (they only ever shrink).
///
/// A known claim that comes twice, or with another type than ours, is an error: two readers that disagree
/// about one token are how signed tokens are abused (RFC 8725 §2.6).
struct ClaimsReader: ~Copyable {
    /// How deep an unknown claim may nest.
    private static let maxDepth = 8
    /// The latest date a token may carry, 9999-12-31: beyond it a number is an attack or a mistake.
    private static let maxDate = 253_402_300_799
    /// Pixels that `max_height` may say: more than any picture has.
    private static let maxHeight = 1_000_000

    private(set) var claims = Claims()
    private var index = 0
    private var end = 0

    /// Takes the payload as it is in the token, and fills in the claims' places and dates; `exp` is required.
    mutating func read(_ payload: Span<UInt8>) throws(TokenError) {
        var bytes = claims.payload.mutableSpan
        guard let count = Base64URL.decode(payload, into: &bytes) else {
            throw .malformed("its claims are no base64url, or too long")
        }
        end = count
        try expect(UInt8(ascii: "{"))
        if !take(UInt8(ascii: "}")) {
            repeat { try readMember() } while take(UInt8(ascii: ","))
            try expect(UInt8(ascii: "}"))
        }
        skipSpace()
        guard index == end else { throw .malformed("bytes after the claims") }
        guard claims.expiry > 0 else { throw .malformed("it has no exp") }
    }

    /// What was read.
    consuming func finish() -> Claims { claims }

    private mutating func readMember() throws(TokenError) {
        skipSpace()
        let name = try readText()
        try expect(UInt8(ascii: ":"))
        skipSpace()
        if let claim = claimName(at: name) {
            guard !claims.has(claim) else { throw .malformed("it names \(claim.wireName) twice") }
            guard peek() == UInt8(ascii: "\"") else { throw .malformed("\(claim.wireName) is no text") }
            claims.places[claim.rawValue] = try readText()
        } else if isName(name, "exp") {
            guard claims.expiry == 0 else { throw .malformed("it names exp twice") }
            claims.expiry = try readDate("exp")
        } else if isName(name, "iat") {
            guard claims.issuedAt == nil else { throw .malformed("it names iat twice") }
            claims.issuedAt = try readDate("iat")
        } else if isName(name, "nbf") {
            guard claims.notBefore == nil else { throw .malformed("it names nbf twice") }
            claims.notBefore = try readDate("nbf")
        } else if isName(name, "max_height") {
            guard claims.maxHeight == nil else { throw .malformed("it names max_height twice") }
            claims.maxHeight = try readWholeNumber(
                "max_height", upTo: Self.maxHeight, "is no whole number of pixels")
        } else {
            try skipValue(depth: 0)
        }
    }

    private mutating func claimName(at place: Claims.Place) -> ClaimName? {
        // By its length first, which leaves four at most; `allCases` would be an array on the heap for each member.
        switch place.count {
        case 3:
            if isName(place, "rel") { return .rel }
            if isName(place, "jti") { return .tokenID }
            if isName(place, "sub") { return .subject }
            return isName(place, "use") ? .use : nil
        case 4: return isName(place, "type") ? .type : nil
        case 6:
            if isName(place, "parent") { return .parentID }
            return isName(place, "action") ? .action : nil
        case 7: return isName(place, "user_id") ? .userID : nil
        case 8:
            if isName(place, "platform") { return .platform }
            if isName(place, "filename") { return .filename }
            return isName(place, "video_id") ? .videoID : nil
        case 9:
            if isName(place, "course_id") { return .courseID }
            return isName(place, "module_id") ? .moduleID : nil
        case 18: return isName(place, "error_callback_url") ? .errorCallback : nil
        case 20: return isName(place, "success_callback_url") ? .successCallback : nil
        default: return nil
        }
    }

    private mutating func isName(_ place: Claims.Place, _ name: StaticString) -> Bool {
        guard Int(place.count) == name.utf8CodeUnitCount else { return false }
        // Through the span: reading one element of the array copied all 2 KiB of it.
        let bytes = claims.payload.span
        for offset in 0..<name.utf8CodeUnitCount
        where bytes[Int(place.start) + offset] != name.utf8Start[offset] { return false }
        return true
    }

    // MARK: Values

    /// A NumericDate (RFC 7519 §2) that is a whole number, written plainly: not 1e9, not "1", not 1.5.
    private mutating func readDate(_ name: StaticString) throws(TokenError) -> Int {
        try readWholeNumber(name, upTo: Self.maxDate, "is no whole number of seconds")
    }

    /// A number from 1 to `limit`, written plainly; `mistake` says what any other value is.
    private mutating func readWholeNumber(
        _ name: StaticString, upTo limit: Int, _ mistake: StaticString
    ) throws(TokenError) -> Int {
        let start = index
        var value = 0
        while index < end, case let digit = peek() &- 0x30, digit < 10 {
            guard value <= limit else { throw .malformed("\(name) is too large") }
            value = value * 10 + Int(digit)
            index += 1
        }
        guard index > start, claims.payload.span[start] != 0x30, value <= limit, isValueEnd(peek())
        else { throw .malformed("\(name) \(mistake)") }
        return value
    }

    private func isValueEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    /// A JSON string; its bytes, unescaped, are moved together in place.
    private mutating func readText() throws(TokenError) -> Claims.Place {
        try expect(UInt8(ascii: "\""))
        let start = index
        skipPlainText()
        var write = index
        while index < end {
            let byte = claims.payload.span[index]
            index += 1
            if byte == UInt8(ascii: "\"") {
                return Claims.Place(start: Int16(start), count: Int16(write - start))
            }
            guard byte >= 0x20 else { throw .malformed("a control character in a text") }
            if byte == UInt8(ascii: "\\") {
                try unescape(to: &write)
            } else {
                claims.payload[write] = byte
                write += 1
            }
        }
        throw .malformed("a text without an end")
    }

    /// Steps over what needs no unescaping: nearly always all of a text.
    private mutating func skipPlainText() {
        let bytes = claims.payload.span
        var at = index
        while at < end, case let byte = bytes[at], byte >= 0x20, byte != UInt8(ascii: "\""),
            byte != UInt8(ascii: "\\")
        { at += 1 }
        index = at
    }

    private mutating func unescape(to write: inout Int) throws(TokenError) {
        let escape = peek()
        index += 1
        let plain: UInt8
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = escape
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"): return put(try readScalar(), at: &write)
        default: throw .malformed("an unknown escape in a text")
        }
        claims.payload[write] = plain
        write += 1
    }

    /// `\uXXXX`, or two of them for a scalar beyond the basic plane (RFC 8259 §7).
    private mutating func readScalar() throws(TokenError) -> Unicode.Scalar {
        let first = try readHex4()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw .malformed("half a surrogate pair")
        }
        let second = try readHex4()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw .malformed("half a surrogate pair") }
        return scalar
    }

    private mutating func readHex4() throws(TokenError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = peek()
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(byte - 0x41 + 10)
            case 0x61...0x66: value = value << 4 | UInt32(byte - 0x61 + 10)
            default: throw .malformed("an unknown escape in a text")
            }
            index += 1
        }
        return value
    }

    private mutating func put(_ scalar: Unicode.Scalar, at write: inout Int) {
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
            claims.payload[write] = byte
            write += 1
        }
    }

    // MARK: What is not ours

    private mutating func skipValue(depth: Int) throws(TokenError) {
        guard depth < Self.maxDepth else { throw .malformed("it nests too deep") }
        skipSpace()
        switch peek() {
        case UInt8(ascii: "\""): _ = try readText()
        case UInt8(ascii: "{"): try skipContainer(closing: UInt8(ascii: "}"), depth: depth)
        case UInt8(ascii: "["): try skipContainer(closing: UInt8(ascii: "]"), depth: depth)
        default: try skipLiteral()
        }
    }

    private mutating func skipContainer(closing: UInt8, depth: Int) throws(TokenError) {
        index += 1
        skipSpace()
        if take(closing) { return }
        repeat {
            skipSpace()
            if closing == UInt8(ascii: "}") {
                _ = try readText()
                try expect(UInt8(ascii: ":"))
            }
            try skipValue(depth: depth + 1)
        } while take(UInt8(ascii: ","))
        try expect(closing)
    }

    /// A number, `true`, `false` or `null`: looked at no closer, since nothing here depends on it.
    private mutating func skipLiteral() throws(TokenError) {
        let start = index
        while index < end {
            switch peek() {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "+"),
                UInt8(ascii: "."):
                index += 1
            default:
                guard index > start else { throw .malformed("a value is missing") }
                return
            }
        }
        throw .malformed("it ends in the middle")
    }

    // MARK: The cursor

    /// The byte under the cursor, or 0 (which no JSON token begins with) at the end.
    ///
    /// Mutating, as are the comparisons above, so that the compiler reads in place: of a borrowed value it copied all
    /// 2 KiB first, which was half of a token's time.
    private mutating func peek() -> UInt8 { index < end ? claims.payload.span[index] : 0 }

    private mutating func skipSpace() {
        while case let byte = peek(), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            index += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard peek() == byte else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(TokenError) {
        guard take(byte) else { throw .malformed("the claims are no JSON object") }
    }
}
