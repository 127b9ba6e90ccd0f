import Domain
import Formats
import System
import Tokens

/// Proof that a request may play one video. Only the gate makes it; handlers that serve content demand it.
struct PlayAdmission: ~Copyable {
    let location: LessonLocation
    let platform: Platform
    /// Whether the token was minted for a playlist: it opens segments and key alone.
    let isGrant: Bool
    /// When the token was issued, seconds since 1970; nil where it does not say.
    let issuedAt: Int?
    /// When the token ends, seconds since 1970.
    let expiresAt: Int
    /// Who plays; every play token names somebody.
    let userID: String
    /// The token's id; nil where it has none.
    let tokenID: String?
    /// The largest shorter side of a rendition that the token opens, pixels; nil: any.
    let maxHeight: Int?

    /// Takes what it needs of the claims, which are too large to be handed from function to function.
    fileprivate init(location: LessonLocation, platform: Platform, claims: borrowing Claims) {
        self.location = location
        self.platform = platform
        isGrant = claims.has(.use)
        issuedAt = claims.issuedAt
        expiresAt = claims.expiry
        userID = claims.text(.userID) ?? ""
        tokenID = claims.text(.tokenID)
        maxHeight = claims.maxHeight
    }
}

/// A stored file that a path names, whole; for a token to be judged by.
enum WantedFile: Sendable {
    /// A lesson's original, or a presentation.
    case download(VideoTarget, Filename)
    /// An original of the flat layout.
    case flatDownload(user: Identifier, Filename)
    /// A raw upload of the predecessor's, to be shown in the page.
    case rawUpload(user: Identifier, Filename)

    var filename: Filename {
        switch self {
        case .download(_, let name), .flatDownload(_, let name), .rawUpload(_, let name): name
        }
    }
}

/// Proof that a request may have one stored file. Only the gate makes it.
struct FileAdmission {
    let file: WantedFile
    fileprivate init(_ file: WantedFile) { self.file = file }
}

/// Judges media tokens: is it ours, is it still good, does it name exactly what is asked for, from where.
struct MediaGate: Sendable {
    let verifier: TokenVerifier
    let revocations: RevocationList
    let service: ServiceGate
    let referrers: ReferrerPolicy
    let metrics: ServerMetrics
    let clock: SystemClock

    /// Admits a play token to `location`. `onlyMobile`: the route is for `platform=mobile` tokens alone.
    func admit(
        _ request: HTTPRequest, toPlay location: LessonLocation, onlyMobile: Bool
    ) throws(Refusal) -> PlayAdmission {
        try judged { () throws(Refusal) in
            let claims = try verifiedClaims(request)
            let platform = try playPlatform(claims)
            guard names(claims, location) else { throw Self.mismatch("The token is for another video.") }
            guard !onlyMobile || platform == .mobile else {
                throw Self.mismatch("This address is for tokens with platform=mobile.")
            }
            try checkRevocation(claims)
            if platform == .web { try referrers.check(request) }
            return PlayAdmission(location: location, platform: platform, claims: claims)
        }
    }

    /// Admits a token to the file that it names.
    func admit(_ request: HTTPRequest, to file: WantedFile) throws(Refusal) -> FileAdmission {
        switch file {
        case .download(let target, let name): try check(request, toDownload: name, of: target)
        case .flatDownload(let user, let name): try check(request, toDownload: name, ofUser: user)
        case .rawUpload(let user, let name): try check(request, toRawUploadOf: user, name)
        }
        return FileAdmission(file)
    }

    /// A v1 play token, for the raw upload it names.
    private func check(
        _ request: HTTPRequest, toRawUploadOf user: Identifier, _ filename: Filename
    ) throws(Refusal) {
        try judged { () throws(Refusal) in
            let claims = try verifiedClaims(request)
            let platform = try playPlatform(claims)
            guard claims.matches(.userID, user.value), claims.matches(.filename, filename.value),
                !claims.has(.rel), !claims.has(.use)
            else { throw Self.mismatch("The token is for another file.") }
            // How large the picture of such a file is, nothing here knows.
            guard claims.maxHeight == nil else { throw Self.mismatch("The token is for renditions alone.") }
            try checkRevocation(claims)
            if platform == .web { try referrers.check(request) }
        }
    }

    /// A v2 download token, for `filename` of `target`.
    ///
    /// An older server's tokens lack `sub` and `platform`: a type, a target and a file's name say enough, since no token
    /// that plays or uploads has all three. What a token does say of its use must be downloads.
    private func check(
        _ request: HTTPRequest, toDownload filename: Filename, of target: VideoTarget
    ) throws(Refusal) {
        try judged { () throws(Refusal) in
            let claims = try verifiedClaims(request)
            guard isForDownloads(claims), claims.has(.userID) else {
                throw Self.mismatch("The token is not for downloads.")
            }
            guard target.isNamed(by: claims), claims.matches(.filename, filename.value) else {
                throw Self.mismatch("The token is for another file.")
            }
            try checkRevocation(claims)
        }
    }

    /// A v1 download token, for the flat layout's original. A user and a file's name alone would be a play token's
    /// too, so that `action` or `platform` must say what it is for.
    private func check(
        _ request: HTTPRequest, toDownload filename: Filename, ofUser user: Identifier
    ) throws(Refusal) {
        try judged { () throws(Refusal) in
            let claims = try verifiedClaims(request)
            guard isForDownloads(claims), claims.has(.action) || claims.has(.platform),
                !claims.has(.type), !claims.has(.rel)
            else { throw Self.mismatch("The token is not for downloads.") }
            guard claims.matches(.userID, user.value), claims.matches(.filename, filename.value) else {
                throw Self.mismatch("The token is for another file.")
            }
            try checkRevocation(claims)
        }
    }

    /// The claims of an upload token that was good when the request began, or, for `grace` seconds, has been; what it
    /// may upload to, they say. A slow line is no reason to refuse the last byte of a body.
    func uploadClaims(_ request: HTTPRequest, grace: Int = 0) throws(Refusal) -> Claims {
        // nginx asks ahead and then passes the upload on: one that is admitted is judged twice, and counted once.
        try judged(countsAccepted: !request.isAskedAhead) { () throws(Refusal) in
            let began = clock.now().adding(milliseconds: -Int64(request.elapsedMilliseconds))
            let claims = try verifiedClaims(request, lifeAt: began.seconds - grace)
            guard claims.matches(.subject, "upload"), claims.matches(.platform, Platform.upload.rawValue),
                claims.has(.userID)
            else { throw Self.mismatch("The token is not for uploads.") }
            try checkRevocation(claims)
            return claims
        }
    }

    /// The refusal with whose token came: also one that has ended, and none whose signature is not ours. People ask why
    /// one viewer was refused, and know the viewer and not the path.
    func named(_ refusal: Refusal, _ request: HTTPRequest) -> Refusal {
        guard let token = BearerToken.any(in: request) else { return refusal }
        do throws(TokenError) {
            let claims = try verifier.verify(token.utf8.span, now: clock.now().seconds, lifeAt: .min)
            var refusal = refusal
            refusal.user = claims.text(.userID)
            // Of a grant the token that it was minted for, which the line `token_issued` names.
            refusal.tokenID = claims.text(.parentID) ?? claims.text(.tokenID)
            return refusal
        } catch {
            return refusal
        }
    }

    // MARK: The checks

    /// Counts how the token was judged.
    private func judged<Proof: ~Copyable>(
        countsAccepted: Bool = true, _ judge: () throws(Refusal) -> Proof
    ) throws(Refusal) -> Proof {
        do {
            let proof = try judge()
            if countsAccepted { metrics.tokenJudged(.accepted) }
            return proof
        } catch {
            if let outcome = Self.outcome(error.code) { metrics.tokenJudged(outcome) }
            throw error
        }
    }

    /// Nil where it was not the token that was judged.
    private static func outcome(_ code: ErrorCode) -> TokenOutcome? {
        switch code {
        case .tokenInvalid: .invalid
        case .tokenExpired: .expired
        case .tokenRevoked: .revoked
        case .tokenMismatch: .mismatch
        default: nil
        }
    }

    /// What is plainly something else than a token; nil for any other.
    private func mistake(_ credentials: Substring) -> Message? {
        if let message = BearerToken.mistake(credentials) { return message }
        guard service.isKey(credentials) else { return nil }
        return
            "This is an API key, and a token is needed: have one issued with it, and keep it on the server."
    }

    private func verifiedClaims(
        _ request: HTTPRequest, lifeAt second: Int? = nil
    ) throws(Refusal) -> Claims {
        let token = try BearerToken.ofMedia(request)
        do {
            return try verifier.verify(token.utf8.span, now: clock.now().seconds, lifeAt: second)
        } catch .expired {
            throw Refusal(.tokenExpired, TokenError.expired.message)
        } catch {
            throw Refusal(.tokenInvalid, mistake(token) ?? error.message)
        }
    }

    /// The platform of a play token. A token of another kind is refused even where its other claims would fit: a
    /// download token never plays.
    private func playPlatform(_ claims: borrowing Claims) throws(Refusal) -> Platform {
        guard !claims.has(.subject), !claims.has(.action), claims.has(.userID) else {
            throw Self.mismatch("The token is not for playing.")
        }
        if claims.matches(.platform, Platform.mobile.rawValue) { return .mobile }
        if claims.matches(.platform, Platform.web.rawValue) { return .web }
        throw Self.mismatch("The token is not for playing.")
    }

    /// Whether nothing in the token says that it is for something else.
    private func isForDownloads(_ claims: borrowing Claims) -> Bool {
        for name in [ClaimName.subject, .action, .platform] where claims.has(name) {
            guard claims.matches(name, Platform.download.rawValue) else { return false }
        }
        return !claims.has(.use)
    }

    private func names(_ claims: borrowing Claims, _ location: LessonLocation) -> Bool {
        guard !claims.has(.use) || claims.matches(.use, "segment") else { return false }
        switch location {
        case .lesson(let path): return claims.matches(.rel, path)
        case .flat(let user, let video):
            guard claims.matches(.userID, user.value), !claims.has(.rel) else { return false }
            if claims.has(.videoID) { return claims.matches(.videoID, video.value) }
            return claims.text(.filename).flatMap { Filename($0)?.flatVideoID } == video
        }
    }

    private func checkRevocation(_ claims: borrowing Claims) throws(Refusal) {
        guard !revocations.contains(claims) else { throw Self.revoked }
    }

    static let revoked = Refusal(.tokenRevoked, "The token has been revoked.")

    private static func mismatch(_ message: Message) -> Refusal { Refusal(.tokenMismatch, message) }
}
