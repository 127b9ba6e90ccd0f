import Domain
import Formats
import Settings
import Tokens

/// Brings a request through the gate its route asks for, to the handler.
struct Gates: Sendable {
    private let media: MediaGate
    private let service: ServiceGate
    private let issuing: IssuingGate
    private let upload: UploadGate

    /// By `settings` where they can change while the server runs.
    init(_ services: Services, verifier: TokenVerifier, settings: Settings) {
        let referrers = ReferrerPolicy(origins: settings.allowedOrigins)
        service = ServiceGate(
            keys: settings.apiKeys, keyless: settings.keylessAddresses, origins: settings.allowedOrigins)
        media = MediaGate(
            verifier: verifier, revocations: services.revocations, service: service,
            referrers: referrers, metrics: services.metrics, clock: services.clock)
        // Asked of what runs: settings that name the site's address wait for a restart.
        let mayHaveTokens = services.eligibility != nil || settings.sessionsSeeAll
        issuing = IssuingGate(
            service: service, identity: mayHaveTokens ? services.identity : nil,
            scope: SessionScope(issuers: settings.identityIssuers, audiences: settings.identityAudiences),
            isOpen: services.settings.openIssuance, clock: services.clock)
        upload = UploadGate(service: service, media: media, referrers: referrers)
    }

    func call(_ route: Route, _ context: RequestContext) throws(Refusal) -> HTTPResponse {
        do throws(Refusal) {
            return try answer(route, context)
        } catch {
            throw media.named(error, context.request)
        }
    }

    private func answer(_ route: Route, _ context: RequestContext) throws(Refusal) -> HTTPResponse {
        switch route.access {
        case .open(let handler):
            return try handler(context)
        case .metrics:
            // Answered by the application, which has them.
            throw Refusal(.notFound, "There is nothing at this address.")
        case .service(let handler):
            return try handler(context, try service.admit(context.request))
        case .issue(let handler):
            return try handler(context, try issuing.admit(context.request))
        case .upload(let handler, _):
            return try handler(context, try upload.admit(context.request))
        case .follow(let handler):
            return try handler(context, try upload.admit(context.request, grace: UploadGate.followSeconds))
        case .resume(let handler, _):
            return try handler(context, try upload.admitHolder(context.request))
        case .file(let wanted, let handler):
            return try handler(context, try media.admit(context.request, to: wanted(context.path)))
        case .play(let onlyMobile, let handler):
            let location = try Self.location(context.path)
            let admission = try media.admit(context.request, toPlay: location, onlyMobile: onlyMobile)
            return try handler(context, admission)
        }
    }

    /// Judges a request whose body nginx has not taken yet; nil where it may come, else the answer without it. Refuses as
    /// `call` would, as far as the headers tell; where a route takes no uploads, with `not_found`.
    func judgeAhead(_ route: Route, _ context: RequestContext) throws(Refusal) -> HTTPResponse? {
        do throws(Refusal) {
            return try answerAhead(route, context)
        } catch {
            throw media.named(error, context.request)
        }
    }

    private func answerAhead(_ route: Route, _ context: RequestContext) throws(Refusal) -> HTTPResponse? {
        switch route.access {
        case .upload(_, let check):
            return try check(context, try upload.admit(context.request))
        case .resume(_, let check):
            try check(context, try upload.admitHolder(context.request))
            return nil
        case .open, .metrics, .service, .issue, .follow, .file, .play:
            throw Refusal(.notFound, "There is nothing at this address.")
        }
    }

    private static func location(_ path: PathParameters) throws(Refusal) -> LessonLocation {
        path.has("lesson_id") ? .lesson(try path.lessonOfIDs()) : try path.flatLocation()
    }
}
