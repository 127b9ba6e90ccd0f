import Domain
import UnsafeBytes

/// What becomes of a playlist's URIs: the last path component of each, between two fixed byte strings.
///
/// The component alone is kept because all files of a lesson lie side by side: an absolute URL, even of another
/// host, means the file of that name here. A value and not a closure, so that nothing is allocated per line.
package struct URIRule: Equatable, Sendable {
    private let prefix: [UInt8]
    private let suffix: [UInt8]

    /// Absolute URIs below `base` ("https://host/mobile/hls2/t/c/m/l/"), followed by `suffix` ("?token=…&v=…").
    package static func mobile(base: [UInt8], suffix: [UInt8]) -> URIRule {
        URIRule(prefix: base, suffix: suffix)
    }

    /// URIs beside the playlist, with the version as their query: "segment_000.ts?v=…".
    package static func relative(version: [UInt8]) -> URIRule {
        URIRule(prefix: [], suffix: Array("?v=".utf8) + version)
    }

    /// How much longer than a file's name its new URI is.
    var addedBytes: Int { prefix.count + suffix.count }

    /// Appends what takes the place of `uri`.
    func append(_ uri: Range<Int>, of playlist: Span<UInt8>, to output: inout [UInt8]) {
        if Self.isPlainName(uri, in: playlist) {
            output.append(copying: prefix.span, playlist.extracting(uri), suffix.span)
        } else {
            output.append(copying: prefix.span)
            let name = PlaylistURI.lastComponent(of: uri, in: playlist)
            Self.appendName(playlist.extracting(name), to: &output)
            output.append(copying: suffix.span)
        }
    }

    /// Whether the URI is a file's name that needs no second look, as those of segments.
    private static func isPlainName(_ uri: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        guard uri.count > 2 else { return false }
        for index in uri where !PercentEncoding.isUnreserved(bytes[index]) { return false }
        return true
    }

    private static func appendName(_ span: Span<UInt8>, to output: inout [UInt8]) {
        let name = span.indices.map { span[$0] }[...]
        // Without a name, or with one that clients resolve to a directory, nothing may be opened: `_` is no
        // file of ours, so the server answers that it is not there.
        guard !name.isEmpty, !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) else {
            return output.append(UInt8(ascii: "_"))
        }
        for index in name.indices {
            let byte = name[index]
            if PercentEncoding.isUnreserved(byte) || isHarmlessEscape(name, at: index) {
                output.append(byte)
            } else if isUnfit(byte) {
                output.append(UInt8(ascii: "_"))
            } else {
                PercentEncoding.append(byte, to: &output)
            }
        }
    }

    /// `%20`, `%C3%A9` and `%25` stay what they are; `%2F`, `%2E` and the like, which servers decode into a path,
    /// and escapes that are none, get their `%` encoded.
    private static func isHarmlessEscape(_ name: ArraySlice<UInt8>, at index: Int) -> Bool {
        guard name[index] == UInt8(ascii: "%"), let byte = Hexadecimal.byte(in: name, at: index + 1) else {
            return false
        }
        return !isUnfit(byte) && !PercentEncoding.isUnreserved(byte) && byte != UInt8(ascii: "/")
    }

    /// Control characters and the backslash, which no file of a lesson has in its name.
    private static func isUnfit(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\\")
    }
}
