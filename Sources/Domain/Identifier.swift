/// One id of the public interface: a trainer, course, module, lesson, user or video.
///
/// 1 to 128 characters, the first one of `[A-Za-z0-9_-]`, the others of `[A-Za-z0-9._-]`. Ids become names of
/// directories, so everything that could mean more than a name there (empty, `..`, `/`, NUL, non-ASCII) is
/// refused here, once, and no raw string goes further in.
package struct Identifier: Hashable, Sendable, CustomStringConvertible {
    /// The most bytes (= characters) an id may have.
    package static let maxLength = 128

    package let value: String

    /// Nil where `value` is not an id.
    package init?(_ value: some StringProtocol) {
        var isFirst = true
        var count = 0
        for byte in value.utf8 {
            guard Self.allows(byte, first: isFirst) else { return nil }
            isFirst = false
            count += 1
        }
        guard (1...Self.maxLength).contains(count) else { return nil }
        self.value = String(value)
    }

    package var description: String { value }

    private static func allows(_ byte: UInt8, first: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        case UInt8(ascii: "."): !first
        default: false
        }
    }
}
