import Formats

/// The claims of an identity provider's token that this server reads (RFC 7519 §4.1); the others are the
/// site's own.
struct IdentityClaims {
    /// Seconds by which the provider's clock may run ahead of ours: a session is often used in the second it
    /// begins. `exp` gets none: a session that has ended there has ended here.
    private static let notBeforeLeeway = 30
    /// 9999-12-31; a later date is an attack or a mistake.
    private static let maxDate = 253_402_300_799

    let subject: String
    private let issuer: String?
    private let audiences: [String]
    private let expiry: Int
    private let notBefore: Int?

    /// `exp` and `sub` are required, and every one has the type RFC 7519 gives it.
    init(_ claims: JSONValue) throws(TokenError) {
        guard let expiry = try Self.date(claims["exp"], "exp") else { throw .malformed("it has no exp") }
        self.expiry = expiry
        notBefore = try Self.date(claims["nbf"], "nbf")
        guard let subject = claims["sub"]?.stringValue, !subject.isEmpty else {
            throw .malformed("it has no sub, or one that is no text")
        }
        self.subject = subject
        issuer = try claims["iss"].map { (value) throws(TokenError) in
            guard let text = value.stringValue else { throw .malformed("its iss is no text") }
            return text
        }
        audiences = try Self.audiences(claims["aud"])
    }

    /// Refuses what was issued by another provider, or for another application.
    func check(for scope: SessionScope) throws(TokenError) {
        if !scope.issuers.isEmpty {
            guard let issuer, Self.has(scope.issuers, issuer) else { throw .wrongIssuer }
        }
        if !scope.audiences.isEmpty {
            guard audiences.contains(where: { Self.has(scope.audiences, $0) }) else { throw .wrongAudience }
        }
    }

    /// By bytes: two spellings of one text would be equal to String.
    private static func has(_ texts: [String], _ text: String) -> Bool {
        texts.contains { $0.utf8.elementsEqual(text.utf8) }
    }

    /// A text, or a list of them (RFC 7519 §4.1.3).
    private static func audiences(_ value: JSONValue?) throws(TokenError) -> [String] {
        guard let value else { return [] }
        if let text = value.stringValue { return [text] }
        guard let list = value.arrayValue else { throw .malformed("its aud is neither a text nor a list") }
        return try list.map { (member) throws(TokenError) in
            guard let text = member.stringValue else {
                throw .malformed("its aud has a member that is no text")
            }
            return text
        }
    }

    /// Refuses unless `now`, seconds since 1970, lies within the dates.
    func check(at now: Int) throws(TokenError) {
        guard now < expiry else { throw .expired }
        if let notBefore, now + Self.notBeforeLeeway < notBefore { throw .notYetValid }
    }

    private static func date(_ value: JSONValue?, _ name: String) throws(TokenError) -> Int? {
        guard let value else { return nil }
        guard let seconds = value.intValue, (0...maxDate).contains(seconds) else {
            throw .malformed("\(name) is no whole number of seconds")
        }
        return seconds
    }
}
