import Domain
import Tokens

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
