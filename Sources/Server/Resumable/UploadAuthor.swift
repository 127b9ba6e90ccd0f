/// Whose token began an upload, so that it can be revoked while the upload goes on.
struct UploadAuthor: Equatable, Sendable {
    let user: String
    /// The token's `jti`; nil where it has none.
    let token: String?
    /// Seconds since 1970.
    let issuedAt: Int
}
