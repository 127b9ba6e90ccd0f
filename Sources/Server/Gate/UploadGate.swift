import Crypto
import Domain
import Formats
import Runtime
import Tokens

/// Who uploads. Only the gate makes it.
struct UploadCaller: ~Copyable {
    /// Nil: the site's backend, which may upload anything.
    private let claims: Claims?

    fileprivate init(_ claims: consuming Claims?) { self.claims = claims }

    /// Proof that this caller may upload to `target`, or read what became of it. Refuses with `token_mismatch`.
    borrowing func admission(to target: VideoTarget) throws(Refusal) -> UploadAdmission {
        try check { target.isNamed(by: $0) }
        return UploadAdmission()
    }

    /// The same for the flat layout, which upload tokens do not name.
    borrowing func admissionToFlatLayout() throws(Refusal) -> UploadAdmission {
        try check { _ in false }
        return UploadAdmission()
    }

    /// Whose token it is; nil for the site's backend.
    borrowing func author() -> UploadAuthor? {
        switch claims {
        case .none: nil
        case .some(let claims):
            UploadAuthor(
                user: claims.text(.userID) ?? "", token: claims.text(.tokenID), issuedAt: claims.issuedAt ?? 0
            )
        }
    }

    private borrowing func check(_ isNamed: (borrowing Claims) -> Bool) throws(Refusal) {
        guard claims != nil else { return }
        switch claims {
        case .none: return
        case .some(let claims):
            guard isNamed(claims) else { throw Refusal(.tokenMismatch, "The token is for another upload.") }
        }
    }
}

/// Proof that a video may be stored where the caller says; storing demands one.
struct UploadAdmission {
    fileprivate init() {}
}

/// Who goes on with an upload that was admitted before: whoever knows its address, which nobody can guess. Only the gate
/// makes it.
struct UploadHolder {
    private let revocations: RevocationList

    fileprivate init(_ revocations: RevocationList) { self.revocations = revocations }

    /// Proof that the upload may go on. Refuses with `token_revoked` where the token that began it has been revoked
    /// since; that it has expired is fine, a slow network may outlive it.
    func admission(to record: ResumableRecord) throws(Refusal) -> UploadAdmission {
        guard !record.isRevoked(by: revocations) else {
            throw Refusal(.tokenRevoked, "The token that began this upload has been revoked.")
        }
        return UploadAdmission()
    }
}

/// Judges uploads: an API key, or an upload token from a page of an allowed origin or from no page at all.
struct UploadGate: Sendable {
    let service: ServiceGate
    let media: MediaGate
    let referrers: ReferrerPolicy

    /// Whether it has the form of a JWT: a JSON object, encoded, and two more parts. A key may have dots too.
    private static func isToken(_ credentials: Substring) -> Bool {
        credentials.hasPrefix("eyJ") && credentials.utf8.count { $0 == UInt8(ascii: ".") } == 2
    }

    /// Refuses with `unauthorized`, or as tokens are refused.
    func admit(_ request: HTTPRequest) throws(Refusal) -> UploadCaller {
        if service.caller(of: request) != nil { return UploadCaller(nil) }
        // Something that looks like a token is judged as one, so that its owner learns what is wrong with it.
        guard let credentials = BearerToken.any(in: request), Self.isToken(credentials) else {
            throw Refusal(.unauthorized, "An API key or an upload token is needed, as Authorization: Bearer.")
        }
        if request.origin != nil || request.referer != nil { try referrers.check(request) }
        return UploadCaller(try media.uploadClaims(request))
    }

    /// Admits whoever has the address of an upload, from a page of an allowed origin or from no page at all.
    func admitHolder(_ request: HTTPRequest) throws(Refusal) -> UploadHolder {
        if request.origin != nil || request.referer != nil { try referrers.check(request) }
        return UploadHolder(media.revocations)
    }
}
