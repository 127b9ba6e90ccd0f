import Domain
import Formats
import Settings
import Tokens

/// `GET /api/get-upload-token`: lets a browser or an app send a file straight here.
///
/// For the site's backend alone, even where users may have play tokens issued by their own session: to watch a lesson
/// and to replace it are different rights, and only the site knows who its trainers are.
struct UploadTokens: Sendable {
    let services: Services
    let issuance: Issuance

    func issue(_ context: RequestContext, _ caller: ServiceCaller) throws(Refusal) -> HTTPResponse {
        let query = try context.query()
        let target = try query.target()
        let user = try query.userID()
        let lifetime = try query.lifetime(or: Issuance.shortLifetime, max: services.settings.maxTTL)
        let token = issuance.issue(.upload(user: user, target: target), caller, lifetime: lifetime)
        return .json(
            200,
            [
                "token": .string(token), "expires_in": .integer(lifetime),
                "upload_url": .string(services.settings.publicURL + target.uploadPath),
                "max_bytes": .integer(services.settings.maxContentLength.bytes),
                "resumable_url": .string(services.settings.publicURL + Tus.prefix),
                "resumable_max_bytes": .integer(services.settings.maxUploadSize.bytes),
            ])
    }
}

extension VideoTarget {
    /// The route that takes its upload.
    fileprivate var uploadPath: String {
        switch self {
        case .lesson: "/upload/lesson"
        case .course(let course): "/upload_presentation/course/\(course)"
        case .module(let course, let module): "/upload_presentation/module/\(course)/\(module)"
        }
    }
}
