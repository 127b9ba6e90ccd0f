import Domain
import Formats

extension QueryParameters: Fields {
    func text(_ name: String) throws(Refusal) -> String? {
        try single(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// How many items a page has: `limit`, from 1 to `max`. Refuses with `malformed_request`.
    func limit(or fallback: Int, max: Int) throws(Refusal) -> Int {
        guard let text = try single("limit") else { return fallback }
        guard text.utf8.count <= 9, let limit = Int(strictly: text), (1...max).contains(limit) else {
            throw Refusal(.malformedRequest, "limit must be from 1 to \(max).", field: "limit")
        }
        return limit
    }

    /// `user_id`, which only becomes a claim. Refuses with `missing_field` or `invalid_id`.
    func userID() throws(Refusal) -> UserID {
        guard let user = UserID(try required("user_id")) else { throw Self.refusalOfUserID }
        return user
    }

    static let refusalOfUserID = Refusal(
        .invalidID, "user_id must be 1 to \(UserID.maxLength) characters, none of them a control character.",
        field: "user_id")

    /// `rel` as a lesson's path. Refuses with `missing_field` or `invalid_rel`.
    func lessonPath() throws(Refusal) -> LessonPath {
        guard let path = LessonPath(try required("rel")) else { throw Self.refusalOfRel }
        return path
    }

    static let refusalOfRel = Refusal(
        .invalidRel, "rel must be trainer_id/course_id/module_id/lesson_id, four ids.", field: "rel")

    /// What `type` and the ids that belong to it name. Refuses with `missing_field`, `invalid_type`, `invalid_rel` or
    /// `invalid_id`.
    func target() throws(Refusal) -> VideoTarget {
        try target(try required("type"), lesson: lessonPath)
    }

    /// The parameter as a stored file's name. Refuses with `missing_field` or `invalid_filename`.
    func filename(_ name: String) throws(Refusal) -> Filename {
        guard let filename = Filename(try required(name)) else { throw Refusal.invalidFilename(name) }
        return filename
    }

    /// `ttl` in seconds; `fallback` where it is missing or empty, and never more than `max`. Refuses with `invalid_ttl`.
    func lifetime(or fallback: Int, max: Int) throws(Refusal) -> Int {
        try Self.lifetime(try single("ttl"), or: fallback, max: max)
    }

    /// A lifetime in seconds, of a text that stood elsewhere than in the query. Refuses with `invalid_ttl`.
    static func lifetime(_ text: String?, or fallback: Int, max: Int) throws(Refusal) -> Int {
        guard let text, !text.isEmpty else { return min(fallback, max) }
        guard let seconds = wholeNumber(text), seconds >= 1 else {
            throw Refusal(.invalidTTL, "ttl must be a whole number of seconds, at least 1.", field: "ttl")
        }
        return min(seconds, max)
    }

    /// The largest shorter side of a rendition, pixels; nil where the parameter is missing. Refuses with
    /// `malformed_request`, also where it is empty: a page that lost the number must not get everything.
    func maxHeight() throws(Refusal) -> Int? { try Self.maxHeight(try single("max_height")) }

    /// The largest shorter side, of a text that stood elsewhere than in the query. Refuses with `malformed_request`.
    static func maxHeight(_ text: (some StringProtocol)?) throws(Refusal) -> Int? {
        guard let text else { return nil }
        guard let pixels = wholeNumber(text), pixels >= 1 else {
            throw Refusal(
                .malformedRequest, "max_height must be a whole number of pixels, at least 1.",
                field: "max_height")
        }
        return min(pixels, mostPixels)
    }

    /// More than any picture's side has.
    private static let mostPixels = 65_535

    /// Digits, behind which `.0` may stand, as programs write that have one kind of number alone; nil for any other text.
    /// What is too large to count is as large as a number can be.
    private static func wholeNumber(_ text: some StringProtocol) -> Int? {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        // Int() would take "+5".
        guard let whole = parts.first, !whole.isEmpty,
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }),
            parts.dropFirst().allSatisfy({ $0.allSatisfy { $0 == 0x30 } })
        else { return nil }
        return Int(String(decoding: whole, as: UTF8.self)) ?? .max
    }
}
