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
        let names = CallbackRules.names
        let callbacks = MediaToken.CallbackURLs(
            success: try callback(query, names.success), error: try callback(query, names.error))
        let wanted = MediaToken.upload(user: user, target: target, callbacks: callbacks)
        guard wanted.isReadable else {
            throw Refusal(
                .invalidCallback, "The addresses of the callbacks are too long for a token.",
                field: callbacks.success == nil ? names.error : names.success)
        }
        let token = issuance.issue(wanted, caller, lifetime: lifetime)
        return .issued(
            [
                "token": .string(token), "expires_in": .integer(lifetime),
                "upload_url": .string(services.settings.publicURL + target.uploadPath),
                "max_bytes": .integer(services.settings.maxContentLength.bytes),
                "resumable_url": .string(services.settings.publicURL + Tus.prefix),
                "resumable_max_bytes": .integer(services.settings.maxUploadSize.bytes),
            ])
    }

    private func callback(_ query: QueryParameters, _ name: String) throws(Refusal) -> String? {
        guard let url = try query.single(name), !url.isEmpty else { return nil }
        return try CallbackRules(services).checked(url, name)
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
