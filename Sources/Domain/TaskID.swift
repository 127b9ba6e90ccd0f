/// The name of a conversion task: a lower-case UUID (RFC 9562), unguessable and short enough to log.
package struct TaskID: Hashable, Sendable, CustomStringConvertible {
    package let value: String

    /// Nil unless `value` has the 8-4-4-4-12 form in lower-case hexadecimal digits.
    package init?(_ value: some StringProtocol) {
        let groups = value.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12],
            groups.allSatisfy({ $0.utf8.allSatisfy(Hexadecimal.isLowercase) })
        else { return nil }
        self.value = String(value)
    }

    /// A new one (version 4) of 128 random bits, which must be unguessable.
    ///
    /// Bits and no generator: the address of a generator without a size is none, and ThreadSanitizer dies of it.
    package init(random: (UInt64, UInt64)) {
        var bytes = (0..<16).map { index in
            UInt8(truncatingIfNeeded: (index < 8 ? random.0 : random.1) >> (index % 8 * 8))
        }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        self.value = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { Hexadecimal.lowercase(bytes[$0]) }
            .joined(separator: "-")
    }

    package var description: String { value }
}
