/// A strict reader of RFC 8259: what two readers could take for different things is refused.
///
/// No duplicate member names (§4 leaves their meaning open), no byte order mark, valid UTF-8 alone, no
/// unpaired surrogates, and no number that becomes infinite.
struct JSONParser {
    let bytes: [UInt8]
    let limits: JSONLimits
    var offset = 0

    init(_ bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.maxBytes else { throw failure(.tooLarge) }
        let result = try value(depth: 0)
        skipWhitespace()
        guard offset == bytes.count else { throw failure(.trailingBytes) }
        return result
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipWhitespace()
        switch try peek() {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try keyword("true", .bool(true))
        case UInt8(ascii: "f"): return try keyword("false", .bool(false))
        case UInt8(ascii: "n"): return try keyword("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= limits.maxDepth else { throw failure(.tooDeep) }
        offset += 1
        var members: [JSONValue.Member] = []
        // A set and not a scan of the members: 64 KiB hold enough names to make a quadratic check hurt.
        var keys: Set<String> = []
        guard !skip(UInt8(ascii: "}")) else { return .object(members) }
        repeat {
            skipWhitespace()
            let start = offset
            let key = try string()
            guard keys.insert(key).inserted else { throw failure(.duplicateKey, at: start) }
            try expect(UInt8(ascii: ":"))
            members.append(.init(key, try value(depth: depth)))
        } while skip(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= limits.maxDepth else { throw failure(.tooDeep) }
        offset += 1
        var elements: [JSONValue] = []
        guard !skip(UInt8(ascii: "]")) else { return .array(elements) }
        repeat {
            elements.append(try value(depth: depth))
        } while skip(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return .array(elements)
    }

    private mutating func keyword(
        _ word: String, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        for expected in word.utf8 {
            guard try peek() == expected else { throw failure(.unexpectedByte) }
            offset += 1
        }
        return value
    }
}

// The small steps.
extension JSONParser {
    func peek() throws(JSONError) -> UInt8 {
        guard offset < bytes.count else { throw failure(.unexpectedEnd) }
        return bytes[offset]
    }

    func failure(_ reason: JSONError.Reason, at place: Int? = nil) -> JSONError {
        JSONError(reason: reason, offset: place ?? offset)
    }

    private mutating func skipWhitespace() {
        while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
    }

    /// Steps over `byte`, after white space, where it stands there.
    private mutating func skip(_ byte: UInt8) -> Bool {
        skipWhitespace()
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        skipWhitespace()
        guard try peek() == byte else { throw failure(.unexpectedByte) }
        offset += 1
    }
}
