import Domain
import Formats
import Outbound
import Settings
import Tokens

/// `GET /api/get-download-token/…`: issues the tokens that download.
struct DownloadTokens: Sendable {
    let services: Services
    let issuance: Issuance

    /// v2: one file of a lesson, a course or a module.
    func issue(_ context: RequestContext, _ caller: IssuingCaller) throws(Refusal) -> HTTPResponse {
        let query = try context.query()
        let target = try query.target()
        let admission = try caller.admission(for: try query.userID())
        let filename = try query.filename("filename")
        let lifetime = try query.lifetime(or: Issuance.shortLifetime, max: services.settings.maxTTL)
        let token = try issuance.issue(
            .download(user: admission.user, target: target, filename: filename), admission,
            lifetime: lifetime,
            question: .download(user: admission.user, target: target, filename: filename))
        let isThere = try stored.path(of: filename, of: target) != nil
        return answer(token, lifetime, isThere, "/download2/\(target.downloadPath)/\(Self.encoded(filename))")
    }

    /// v1: an original of the flat layout.
    func issueFlat(_ context: RequestContext, _ caller: IssuingCaller) throws(Refusal) -> HTTPResponse {
        let filename = try context.path.filename("filename")
        let user = try context.path.identifier("user_id")
        let admission = try caller.admission(for: UserID(user))
        let lifetime = try context.query().lifetime(or: Issuance.shortLifetime, max: services.settings.maxTTL)
        let token = try issuance.issue(
            .downloadFlat(user: user, filename: filename), admission, lifetime: lifetime,
            question: .flat(user: user, action: .download, filename: filename))
        let isThere = try stored.path(of: filename, ofUser: user) != nil
        return answer(token, lifetime, isThere, "/api/download/\(user)/\(Self.encoded(filename))")
    }

    private var stored: StoredFiles { StoredFiles(files: services.files) }

    private func answer(_ token: String, _ lifetime: Int, _ isThere: Bool, _ path: String) -> HTTPResponse {
        let url = services.settings.publicURL + path
        return .issued(
            [
                "token": .string(token), "expires_in": .integer(lifetime), "download_url": .string(url),
                "signed_download_url": .string("\(url)?token=\(token)"),
                "status": isThere ? "ready" : "missing",
            ])
    }

    private static func encoded(_ filename: Filename) -> String {
        PercentEncoding.encodeSegment(filename.value)
    }
}

extension VideoTarget {
    /// The middle of the address under `/download2/`.
    fileprivate var downloadPath: String {
        switch self {
        case .lesson(let path): "\(path)"
        case .course(let course): "course/\(course)"
        case .module(let course, let module): "module/\(course)/\(module)"
        }
    }
}
