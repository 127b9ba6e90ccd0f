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
        self.init(substring: Substring(value))
    }

    /// The same for a part of a path. Not generic, because a generic function of another room is not specialised: it
    /// asked a witness table for every byte, and a request has five ids.
    package init?(substring value: Substring) {
        let bytes = value.utf8.span
        guard (1...Self.maxLength).contains(bytes.count), Self.allows(bytes[0], first: true) else {
            return nil
        }
        for index in 1..<bytes.count where !Self.allows(bytes[index], first: false) { return nil }
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
