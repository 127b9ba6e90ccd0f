/// An IPv4 or IPv6 address: its 4 or 16 bytes in network order.
package struct IPAddress: Hashable, Sendable {
    /// `::ffff:`, behind which an IPv4 address follows where an IPv6 socket took the connection (RFC 4291 §2.5.5.2).
    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    package let bytes: [UInt8]

    /// Nil unless there are 4 or 16 bytes.
    package init?(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        guard self.bytes.count == 4 || self.bytes.count == 16 else { return nil }
    }

    /// The address that `text` writes (RFC 4291 §2.2), without brackets, port or zone; nil where it is none.
    package init?(_ text: some StringProtocol) {
        let bytes = text.utf8.contains(UInt8(ascii: ":")) ? Self.sixteen(text) : Self.four(text)
        guard let bytes else { return nil }
        self.bytes = bytes
    }

    /// The IPv4 address that an IPv6 socket shows as `::ffff:a.b.c.d`; any other address as it is.
    package var unmapped: IPAddress {
        guard bytes.count == 16, bytes.starts(with: Self.mappedPrefix) else { return self }
        return IPAddress(bytes.suffix(4)) ?? self
    }

    /// Four decimal numbers. None may begin with a zero: to some programs that is an octal number.
    private static func four(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part -> UInt8? in
            guard part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            return number(part, digits: 3, radix: 10).flatMap { UInt8(exactly: $0) }
        }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    /// Groups of hexadecimal digits, of which one `::` stands for as many zeros as are missing.
    private static func sixteen(_ text: some StringProtocol) -> [UInt8]? {
        let sides = text.split(separator: "::", omittingEmptySubsequences: false)
        guard let head = sides.first.flatMap({ groups($0, mayEndInIPv4: sides.count == 1) }) else {
            return nil
        }
        guard sides.count > 1 else { return head.count == 16 ? head : nil }
        guard sides.count == 2, let tail = groups(sides[1], mayEndInIPv4: true), head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// The bytes of groups joined by `:`, the last of which may be an IPv4 address; none of an empty text.
    private static func groups(_ text: some StringProtocol, mayEndInIPv4: Bool) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
                guard let last = four(part) else { return nil }
                bytes += last
            } else {
                guard let group = number(part.utf8, digits: 4, radix: 16) else { return nil }
                bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
            }
        }
        return bytes.count <= 16 ? bytes : nil
    }

    /// Digits alone, at least one: Int() would take a sign too.
    private static func number(_ text: some Collection<UInt8>, digits: Int, radix: Int) -> Int? {
        guard (1...digits).contains(text.count), text.first != UInt8(ascii: "+"),
            text.first != UInt8(ascii: "-")
        else { return nil }
        return Int(String(decoding: text, as: UTF8.self), radix: radix)
    }
}
