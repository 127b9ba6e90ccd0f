/// By whom and for whom a session must have been issued (RFC 7519 §4.1.1, §4.1.3).
///
/// A signature says who signed, not for whom: the keys of one provider sign the sessions of many applications
/// (RFC 8725 §3.8, §3.9).
package struct SessionScope: Equatable, Sendable {
    /// `iss` must be one of them, byte for byte; empty: it is not looked at.
    package let issuers: [String]
    /// `aud` must be, or hold, one of them, byte for byte; empty: it is not looked at.
    package let audiences: [String]

    package init(issuers: [String], audiences: [String]) {
        self.issuers = issuers
        self.audiences = audiences
    }
}
