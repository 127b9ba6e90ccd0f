import Crypto
import Database
import Domain
import Formats
import Logging
import System
import Tokens

/// Who uploads. Only the gate makes it.
struct UploadCaller: ~Copyable {
    /// Nil: the site's backend, which may upload anything.
    private let claims: Claims?
    /// The name of the API key; "token" for one of ours.
    let name: String
    private let revocations: RevocationList

    fileprivate init(_ claims: consuming Claims?, _ name: String, _ revocations: RevocationList) {
        self.claims = claims
        self.name = name
        self.revocations = revocations
    }

    /// Who it is, for the log.
    var logged: Logger.Metadata {
        guard let author = author() else { return ["caller": "\(name)"] }
        return ["caller": "\(name)", "user": "\(author.user)", "jti": "\(author.token ?? "")"]
    }

    /// Where its token says that the end of a conversion is told; nil for the site's backend, which says so itself.
    borrowing func claimedCallbacks() -> MediaToken.CallbackURLs? {
        switch claims {
        case .none: nil
        case .some(let claims):
            MediaToken.CallbackURLs(
                success: claims.text(.successCallback), error: claims.text(.errorCallback))
        }
    }

    /// Proof that this caller may upload to `target`, or read what became of it. Refuses with `token_mismatch`.
    borrowing func admission(to target: VideoTarget) throws(Refusal) -> UploadAdmission {
        try check { target.isNamed(by: $0) }
        return UploadAdmission(author(), target, revocations)
    }

    /// Proof that this caller may upload to the flat layout, which upload tokens do not name. Refuses with `token_mismatch`.
    borrowing func admissionToFlatLayout() throws(Refusal) -> UploadAdmission {
        try check { _ in false }
        return UploadAdmission(revocations)
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

    /// Among whom a key that it gives an upload names that upload alone: a backend by its own API key, a user by all of
    /// their tokens.
    var keySpace: String { author().map { "user \($0.user)" } ?? "backend \(name)" }

    /// Whether its token is for `target`; nil for the site's backend, which has none.
    borrowing func names(_ target: VideoTarget) -> Bool? {
        switch claims {
        case .none: nil
        case .some(let claims): target.isNamed(by: claims)
        }
    }

    /// Refuses with `token_revoked` where the token has been revoked since the gate judged it: a body takes long.
    borrowing func confirm() throws(Refusal) {
        switch claims {
        case .none: return
        case .some(let claims): guard !revocations.contains(claims) else { throw MediaGate.revoked }
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

/// Proof that a video may be stored where the caller says; storing demands one, and asks it again: an upload takes long,
/// and its token may be revoked meanwhile.
struct UploadAdmission {
    /// By what the right may be taken back; nil: it is the site's backend's own.
    let authority: Authority?
    private let subjects: [RevocationList.Subject]
    private let issuedAt: Int
    private let revocations: RevocationList

    fileprivate init(_ author: UploadAuthor?, _ target: VideoTarget, _ revocations: RevocationList) {
        let subjects = author?.subjects(target) ?? []
        let issuedAt = author?.issuedAt ?? 0
        authority = author.map { _ in
            Authority(
                subjects: subjects.map { Revocation.Subject($0) }, issuedAt: Timestamp(seconds: issuedAt))
        }
        self.subjects = subjects
        self.issuedAt = issuedAt
        self.revocations = revocations
    }

    fileprivate init(_ revocations: RevocationList) {
        authority = nil
        subjects = []
        issuedAt = 0
        self.revocations = revocations
    }

    /// Refuses with `token_revoked` as far as this process knows: costs nothing, so it may be asked while bytes come in.
    func confirm() throws(Refusal) {
        guard authority == nil || !revocations.contains(anyOf: subjects, issuedAt: issuedAt) else {
            throw MediaGate.revoked
        }
    }

    /// Refuses with `token_revoked` by what is stored, whichever process was told; for the moment of publishing.
    func confirm(_ database: any Database) throws(Refusal) {
        guard let authority else { return }
        let isVoid = try Refusal.rethrow { () throws(DatabaseError) in
            try database.revocations.void(authority)
        }
        guard !isVoid else { throw MediaGate.revoked }
    }
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
        return UploadAdmission(record.author, record.target, revocations)
    }
}

/// Judges uploads: an API key, or an upload token from a page of an allowed origin or from no page at all.
struct UploadGate: Sendable {
    let service: ServiceGate
    let media: MediaGate
    let referrers: ReferrerPolicy

    /// How long behind its end a token still tells what became of its upload, seconds.
    static let followSeconds = 86400

    /// `grace`: for how many seconds a token is taken that has expired. Refuses with `unauthorized`, or as tokens are
    /// refused.
    func admit(_ request: HTTPRequest, grace: Int = 0) throws(Refusal) -> UploadCaller {
        if let caller = service.caller(of: request) {
            return UploadCaller(nil, caller.name, media.revocations)
        }
        guard let credentials = BearerToken.any(in: request) else {
            throw Refusal(
                .unauthorized, "An API key or an upload token is needed, as Authorization: Bearer.")
        }
        // Something that looks like a token is judged as one, so that its owner learns what is wrong with it.
        guard BearerToken.isToken(credentials) else { throw service.refusal(of: request) }
        if request.origin != nil || request.referer != nil { try referrers.check(request) }
        return UploadCaller(try media.uploadClaims(request, grace: grace), "token", media.revocations)
    }

    /// Admits whoever has the address of an upload, from a page of an allowed origin or from no page at all.
    func admitHolder(_ request: HTTPRequest) throws(Refusal) -> UploadHolder {
        if request.origin != nil || request.referer != nil { try referrers.check(request) }
        return UploadHolder(media.revocations)
    }
}

/// Whose token began an upload, so that it can be revoked while the upload goes on.
struct UploadAuthor: Equatable, Sendable {
    let user: String
    /// The token's `jti`; nil where it has none.
    let token: String?
    /// Seconds since 1970; 0 where the token does not say.
    let issuedAt: Int

    /// Everything by which the token, which names `target`, can be revoked.
    func subjects(_ target: VideoTarget) -> [RevocationList.Subject] {
        let own = token.map { [RevocationList.Subject.token(id: $0)] } ?? []
        return own + [.user(user), RevocationList.Subject(target)]
    }
}
