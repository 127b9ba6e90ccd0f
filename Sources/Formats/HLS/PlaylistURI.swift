/// The parts of a URI in a playlist (RFC 3986 §3) that matter here.
enum PlaylistURI {
    /// What stands behind the last `/` of the path; query and fragment are no part of it. May be empty.
    static func lastComponent(of uri: Range<Int>, in bytes: Span<UInt8>) -> Range<Int> {
        var start = uri.lowerBound
        for index in uri {
            switch bytes[index] {
            case UInt8(ascii: "/"): start = index + 1
            case UInt8(ascii: "?"), UInt8(ascii: "#"): return start..<index
            default: break
            }
        }
        return start..<uri.upperBound
    }
}
