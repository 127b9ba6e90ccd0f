/// The parts of a URI in a playlist (RFC 3986 §3) that matter here.
enum PlaylistURI {
    /// What stands behind the last `/` of the path; query and fragment are no part of it. May be empty.
    static func lastComponent(of uri: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var start = uri.startIndex
        var index = uri.startIndex
        while index < uri.endIndex {
            switch uri[index] {
            case UInt8(ascii: "/"): start = index + 1
            case UInt8(ascii: "?"), UInt8(ascii: "#"): return uri[start..<index]
            default: break
            }
            index += 1
        }
        return uri[start...]
    }
}
