/// Looks for one parameter in a query as it was sent.
///
/// Tokens and versions need no decoding, and segments are asked for too often to build a list of parameters.
enum RawQuery {
    /// The value of the first parameter that begins with `name` (which ends in `=`); nil where there is none.
    static func value(of name: StaticString, in query: String) -> Substring? {
        let bytes = query.utf8.span
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "&") { end += 1 }
            let value = start + name.utf8CodeUnitCount
            if value <= end, begins(bytes, at: start, with: name) {
                return Substring(query.utf8.dropFirst(value).prefix(end - value))
            }
            start = end + 1
        }
        return nil
    }

    private static func begins(_ bytes: Span<UInt8>, at start: Int, with name: StaticString) -> Bool {
        for index in 0..<name.utf8CodeUnitCount where bytes[start + index] != name.utf8Start[index] {
            return false
        }
        return true
    }
}
