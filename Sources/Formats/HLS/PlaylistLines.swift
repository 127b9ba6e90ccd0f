import UnsafeBytes

/// Walks over the lines of a playlist (RFC 8216 §4.1), which end with LF or CRLF.
struct PlaylistLines {
    private var next: Int

    /// Starts behind a byte order mark: RFC 8216 forbids it and editors write it.
    init(of playlist: Span<UInt8>) {
        let isMarked =
            playlist.count >= 3 && playlist[0] == 0xEF && playlist[1] == 0xBB && playlist[2] == 0xBF
        next = isMarked ? 3 : 0
    }

    /// The next line that is not blank, without white space around it; nil at the end.
    mutating func nextLine(of bytes: Span<UInt8>) -> Range<Int>? {
        while next < bytes.count {
            var start = next
            var end = bytes.firstIndex(of: 0x0A, from: start) ?? bytes.count
            next = end + 1
            while start < end, Self.isSpace(bytes[start]) { start += 1 }
            while end > start, Self.isSpace(bytes[end - 1]) { end -= 1 }
            if start < end { return start..<end }
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D
    }
}
