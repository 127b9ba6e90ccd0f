import Testing

@testable import Formats

@Suite("A JSON value")
struct JSONValueTests {
    private static func parse(_ text: String) throws(JSONError) -> JSONValue {
        try JSONValue.parse(Array(text.utf8))
    }

    @Test(
        "is read as RFC 8259 has it",
        arguments: [
            ("null", .null), (" true\n", .bool(true)), ("false", .bool(false)),
            ("0", .integer(0)), ("-12", .integer(-12)), ("9223372036854775807", .integer(.max)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("1.5", .number(1.5)), ("1e2", .number(100)), ("-0.5E-1", .number(-0.05)), ("1.0", .number(1)),
            ("\"\"", .string("")), (#""a\"\\\/\b\f\n\r\tz""#, .string("a\"\\/\u{8}\u{C}\n\r\tz")),
            (#""\u00e9\u0000""#, .string("é\0")), (#""\ud83d\ude00""#, .string("😀")),
            ("\"Leçon 😀\"", .string("Leçon 😀")),
            ("[]", .array([])), ("[1, [ ] ,\"a\"]", [1, [], "a"]),
            ("{}", [:]), ("{ \"b\" : 1 , \"a\" : {\"c\":null} }", ["b": 1, "a": ["c": nil]]),
        ] as [(String, JSONValue)])
    func reads(text: String, value: JSONValue) throws {
        #expect(try Self.parse(text) == value)
    }

    @Test(
        "is refused where two readers could disagree",
        arguments: [
            ("", .unexpectedEnd), ("  ", .unexpectedEnd), ("nul", .unexpectedEnd), ("True", .unexpectedByte),
            ("1 2", .trailingBytes), ("{}x", .trailingBytes), ("\u{FEFF}{}", .unexpectedByte),
            ("01", .trailingBytes), ("+1", .unexpectedByte), (".5", .unexpectedByte), ("1.", .unexpectedEnd),
            ("1.e2", .unexpectedByte), ("1e", .unexpectedEnd), ("1e+", .unexpectedEnd), ("-", .unexpectedEnd),
            ("0x10", .trailingBytes), ("NaN", .unexpectedByte), ("-Infinity", .unexpectedByte),
            ("1e999", .invalidNumber), ("[1,]", .unexpectedByte), ("[1 2]", .unexpectedByte),
            ("[", .unexpectedEnd), ("{\"a\":1,}", .unexpectedByte), ("{a:1}", .unexpectedByte),
            ("{'a':1}", .unexpectedByte), ("{\"a\" 1}", .unexpectedByte), ("{\"a\":}", .unexpectedByte),
            ("{\"a\":1,\"b\":2,\"a\":3}", .duplicateKey), (#"{"a":1,"\u0061":2}"#, .duplicateKey),
            ("\"abc", .unexpectedEnd), ("\"a\nb\"", .unexpectedByte), ("\"a\0b\"", .unexpectedByte),
            (#""\x41""#, .invalidEscape), (#""\u12""#, .invalidEscape), (#""\u12g4""#, .invalidEscape),
            (#""\ud800""#, .invalidEscape), (#""\ude00\ud83d""#, .invalidEscape),
            (#""\ud83dx""#, .invalidEscape), (#""\ud83d\n""#, .invalidEscape),
            (#""\ud83d\u0041""#, .invalidEscape), ("/* */ 1", .unexpectedByte), ("1 // one", .trailingBytes),
        ] as [(String, JSONError.Reason)])
    func refuses(text: String, reason: JSONError.Reason) {
        let error = #expect(throws: JSONError.self) { try Self.parse(text) }
        #expect(error?.reason == reason)
    }

    @Test(
        "is refused where its bytes are no UTF-8",
        arguments: [
            [0xFF], [0xC3], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
        ] as [[UInt8]])
    func refusesInvalidUTF8(bytes: [UInt8]) {
        let error = #expect(throws: JSONError.self) { try JSONValue.parse([0x22] + bytes + [0x22]) }
        #expect(error?.reason == .invalidUTF8)
    }

    @Test("may nest 32 deep and no deeper")
    func limitsDepth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try Self.parse(nested(32)) }
        #expect(throws: JSONError(reason: .tooDeep, offset: 32)) { try Self.parse(nested(33)) }
        let objects = String(repeating: "{\"a\":", count: 33)
        #expect(throws: JSONError(reason: .tooDeep, offset: 160)) { try Self.parse(objects) }
    }

    @Test("may have as many bytes as the limit and not one more")
    func limitsSize() throws {
        let limits = JSONLimits(maxBytes: 4)
        #expect(try JSONValue.parse(Array("true".utf8), limits: limits) == true)
        let error = #expect(throws: JSONError.self) {
            try JSONValue.parse(Array("false".utf8), limits: limits)
        }
        #expect(error?.reason == .tooLarge)
    }

    @Test("answers to its own kind alone")
    func coercesNothing() throws {
        let value = try Self.parse(#"{"i":1,"n":1.0,"s":"1","b":true,"z":null,"a":[1]}"#)
        #expect(value["i"]?.intValue == 1)
        #expect(value["i"]?.doubleValue == 1)
        #expect(value["n"]?.intValue == nil)
        #expect(value["n"]?.doubleValue == 1)
        #expect(value["s"]?.stringValue == "1")
        #expect(value["s"]?.intValue == nil)
        #expect(value["b"]?.boolValue == true)
        #expect(value["b"]?.intValue == nil)
        #expect(value["z"]?.isNull == true)
        #expect(value["z"]?.stringValue == nil)
        #expect(value["a"]?.arrayValue == [1])
        #expect(value["absent"] == nil)
        #expect(value["a"]?["i"] == nil)
    }

    @Test(
        "is written compactly, with everything escaped that must be",
        arguments: [
            (["b": 1, "a": [true, nil, -1.5]], #"{"b":1,"a":[true,null,-1.5]}"#),
            ("a\"\\/\n\r\t\u{1}\u{1F}\u{7F}é😀", "\"a\\\"\\\\/\\n\\r\\t\\u0001\\u001F\u{7F}é😀\""),
            (["a\"b": "</script>"], #"{"a\"b":"</script>"}"#),
            (.number(.infinity), "null"), (.number(.nan), "null"), (.number(1e300), "1e+300"),
            (.object([("x", .integer(.min))]), #"{"x":-9223372036854775808}"#),
        ] as [(JSONValue, String)])
    func writes(value: JSONValue, text: String) {
        #expect(String(decoding: value.serialized(), as: UTF8.self) == text)
    }

    @Test("comes back from its own text")
    func roundTrip() throws {
        let value: JSONValue = ["k\u{0}é\u{301}": [1, 2.5, "\u{2028}", nil, false, ["": [:]]]]
        #expect(try JSONValue.parse(value.serialized()) == value)
    }
}
