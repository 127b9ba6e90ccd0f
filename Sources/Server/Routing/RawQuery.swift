/// Looks for one parameter in a query as it was sent.
///
/// Tokens and versions need no decoding, and segments are asked for too often to build a list of parameters.
enum RawQuery {
    /// The value of the first parameter that begins with `name` (which ends in `=`); nil where there is none.
    static func value(of name: StaticString, in query: String) -> Substring? {
        let prefix = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) where pair.starts(with: prefix) {
            return Substring(pair.dropFirst(prefix.count))
        }
        return nil
    }
}
