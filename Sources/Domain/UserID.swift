/// A user's id as the site has it: an e-mail address, `auth0|…`, a number. It is a claim and becomes no part of a path,
/// where an `Identifier` is needed.
package struct UserID: Hashable, Sendable, CustomStringConvertible {
    /// The most characters (Unicode scalars, so at most 4 bytes of UTF-8 each) a user's id may have.
    package static let maxLength = 256

    package let value: String

    /// Nil where `value` is empty, too long, or has control characters: those would write other lines into a log.
    package init?(_ value: some StringProtocol) {
        guard (1...Self.maxLength).contains(value.unicodeScalars.count),
            value.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { return nil }
        self.value = String(value)
    }

    /// An id of the flat layout is a user's id as well.
    package init(_ identifier: Identifier) {
        value = identifier.value
    }

    package var description: String { value }

    /// Byte for byte: to `String`, texts of other bytes can be equal too, and two users are not one.
    package static func == (left: UserID, right: UserID) -> Bool {
        left.value.utf8.elementsEqual(right.value.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in value.utf8 { hasher.combine(byte) }
    }
}
