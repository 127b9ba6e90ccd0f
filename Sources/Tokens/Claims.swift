/// The claims of a verified token, held in the value itself: a playback request allocates nothing for them.
package struct Claims: ~Copyable, Sendable {
    /// The most bytes a decoded payload may have. The longest token we issue (four ids of 128 characters, a
    /// user, a filename of 200 bytes escaped by another library) stays below it.
    package static let maxBytes = 2048

    /// Where a text claim lies in `payload`; a count of -1 says that the token lacks it.
    struct Place: Sendable {
        var start: Int16 = 0
        var count: Int16 = -1
    }

    var payload = InlineArray<2048, UInt8>(repeating: 0)
    var places = InlineArray<13, Place>(repeating: Place())

    /// `exp`, seconds since 1970 (RFC 7519 §4.1.4).
    package internal(set) var expiry = 0
    /// `iat`, seconds since 1970; nil where the issuer left it out.
    package internal(set) var issuedAt: Int?
    /// `nbf`, seconds since 1970.
    package internal(set) var notBefore: Int?

    /// Whether the token names the claim at all.
    package func has(_ name: ClaimName) -> Bool { places[name.rawValue].count >= 0 }

    /// Whether the claim is there and is exactly `text`, byte for byte.
    package func matches(_ name: ClaimName, _ text: some StringProtocol) -> Bool {
        let place = places[name.rawValue]
        guard Int(place.count) == text.utf8.count else { return false }
        var index = Int(place.start)
        for byte in text.utf8 {
            guard payload[index] == byte else { return false }
            index += 1
        }
        return true
    }

    /// The claim as text; nil where it is missing or not UTF-8.
    package func text(_ name: ClaimName) -> String? {
        let place = places[name.rawValue]
        guard place.count >= 0 else { return nil }
        let start = Int(place.start)
        return String(validating: (start..<start + Int(place.count)).map { payload[$0] }, as: UTF8.self)
    }
}
