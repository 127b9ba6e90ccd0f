import Domain
import Synchronization

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

    /// Keeps the value where it is: one with an atomic in it is handed on by its address alone. Of any other, a function
    /// that looks into it is given a copy of all 2 KiB, and those were half of a token's time.
    private let pin = Atomic(false)

    var payload = InlineArray<2048, UInt8>(repeating: 0)
    var places = InlineArray<15, Place>(repeating: Place())

    /// `exp`, seconds since 1970 (RFC 7519 §4.1.4).
    package internal(set) var expiry = 0
    /// `iat`, seconds since 1970; nil where the issuer left it out.
    package internal(set) var issuedAt: Int?
    /// `nbf`, seconds since 1970.
    package internal(set) var notBefore: Int?
    /// `max_height`, our own: the largest shorter side of a rendition that the token opens, pixels; nil: any.
    package internal(set) var maxHeight: Int?

    /// Whether the token names the claim at all.
    package func has(_ name: ClaimName) -> Bool { places[name.rawValue].count >= 0 }

    /// Whether the claim is there and is exactly `text`, byte for byte.
    package func matches(_ name: ClaimName, _ text: String) -> Bool {
        guard var rest = range(name) else { return false }
        return take(text, from: &rest) && rest.isEmpty
    }

    /// Whether the claim is there and is exactly this path; compared id by id, because building the text
    /// allocates.
    package func matches(_ name: ClaimName, _ path: LessonPath) -> Bool {
        guard var rest = range(name) else { return false }
        return take(path.trainer.value, from: &rest) && take("/", from: &rest)
            && take(path.course.value, from: &rest) && take("/", from: &rest)
            && take(path.module.value, from: &rest) && take("/", from: &rest)
            && take(path.lesson.value, from: &rest) && rest.isEmpty
    }

    /// The claim as text; nil where it is missing or not UTF-8.
    package func text(_ name: ClaimName) -> String? {
        guard let range = range(name) else { return nil }
        do {
            return String(copying: try UTF8Span(validating: payload.span.extracting(range)))
        } catch {
            return nil
        }
    }

    private func range(_ name: ClaimName) -> Range<Int>? {
        let place = places[name.rawValue]
        guard place.count >= 0 else { return nil }
        return Int(place.start)..<Int(place.start) + Int(place.count)
    }

    /// Whether `rest` of the payload begins with `text`, which is stepped over.
    private func take(_ text: String, from rest: inout Range<Int>) -> Bool {
        // Spans, because to read an element of the array itself can copy all of it.
        let expected = text.utf8.span
        guard expected.count <= rest.count else { return false }
        let found = payload.span.extracting(rest)
        for index in expected.indices where expected[index] != found[index] { return false }
        rest = rest.lowerBound + expected.count..<rest.upperBound
        return true
    }
}
