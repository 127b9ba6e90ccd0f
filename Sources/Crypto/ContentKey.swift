/// The 16-byte AES-128 key of one lesson: every segment of it is encrypted with this and nothing else is.
///
/// Its descriptions are redacted, so that no log line and no error can carry it.
package struct ContentKey: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// AES-128 (FIPS 197).
    package static let byteCount = 16

    /// The key as the player fetches it.
    package let bytes: [UInt8]

    /// Nil where `bytes` are not exactly sixteen.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    private init(fresh bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// A fresh key from the kernel's generator (`getrandom`), which cannot fail once the machine is up.
    package static func random() -> ContentKey {
        var generator = SystemRandomNumberGenerator()
        return ContentKey(fresh: (0..<byteCount).map { _ in generator.next() })
    }

    package var description: String { "ContentKey(redacted)" }
    package var debugDescription: String { description }
}
