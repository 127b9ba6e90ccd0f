/// Looks for one parameter in a query as it was sent.
///
/// Tokens and versions need no decoding, and segments are asked for too often to build a list of parameters.
enum RawQuery {
    /// The value of the first parameter that begins with `name` (which ends in `=`); nil where there is none.
    static func value(of name: StaticString, in query: String) -> Substring? {
        var rest = query[...].utf8
        while true {
            if Self.begins(rest, with: name) {
                return Substring(rest.dropFirst(name.utf8CodeUnitCount).prefix { $0 != UInt8(ascii: "&") })
            }
            guard let ampersand = rest.firstIndex(of: UInt8(ascii: "&")) else { return nil }
            rest = rest[rest.index(after: ampersand)...]
        }
    }

    private static func begins(_ text: Substring.UTF8View, with name: StaticString) -> Bool {
        text.starts(with: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }
}
