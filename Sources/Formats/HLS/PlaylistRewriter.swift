import UnsafeBytes

/// Gives every URI of a playlist, media or multivariant, a new one; everything else stays byte for byte.
package struct PlaylistRewriter: Sendable {
    private let rule: URIRule

    package init(_ rule: URIRule) {
        self.rule = rule
    }

    /// One pass over the playlist. Whatever the bytes are, lines stay lines: a new URI holds no line end.
    package func rewrite(_ playlist: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        let bytes = playlist.span
        output.reserveCapacity(expectedCount(bytes))
        var copied = 0
        var lines = PlaylistLines(of: bytes)
        while let line = lines.nextLine(of: bytes) {
            if bytes[line.lowerBound] != UInt8(ascii: "#") {
                replace(line, of: bytes, &copied, &output)
            } else if var attributes = TagAttributes(of: line, in: playlist) {
                while let uri = attributes.nextURI(in: playlist) {
                    replace(uri, of: bytes, &copied, &output)
                }
            }
        }
        output.append(copying: bytes.extracting(copied..<bytes.count))
        return output
    }

    /// Whether `rewrite` makes at most `limit` bytes of `playlist`; found without making them, for a line of one byte may
    /// become one of a thousand.
    package func fits(_ playlist: [UInt8], in limit: Int) -> Bool {
        let bytes = playlist.span
        // A byte becomes three at most, and no more URIs are there than lines and values of attributes.
        let most = bytes.count(of: 0x0A) + 1 + bytes.count(of: UInt8(ascii: "="))
        guard 3 * bytes.count + most * rule.addedBytes > limit else { return true }
        var total = bytes.count
        var lines = PlaylistLines(of: bytes)
        while total <= limit, let line = lines.nextLine(of: bytes) {
            if bytes[line.lowerBound] != UInt8(ascii: "#") {
                total += rule.addedBytes + 2 * line.count + 1
            } else if var attributes = TagAttributes(of: line, in: playlist) {
                while let uri = attributes.nextURI(in: playlist) {
                    total += rule.addedBytes + 2 * uri.count + 1
                }
            }
        }
        return total <= limit
    }

    /// Appends what stands between the last URI and this one, and its replacement.
    private func replace(
        _ uri: Range<Int>, of playlist: Span<UInt8>, _ copied: inout Int, _ output: inout [UInt8]
    ) {
        output.append(copying: playlist.extracting(copied..<uri.lowerBound))
        rule.append(uri, of: playlist, to: &output)
        copied = uri.upperBound
    }

    /// Every second line of a media playlist is a URI, so that the buffer is rarely moved.
    private func expectedCount(_ playlist: Span<UInt8>) -> Int {
        playlist.count + (playlist.count(of: 0x0A) / 2 + 8) * rule.addedBytes
    }
}
