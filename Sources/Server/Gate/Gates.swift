import Domain
import Formats
import Settings

/// Brings a request through the gate its route asks for, to the handler.
struct Gates: Sendable {
    private let media: MediaGate
    private let service: ServiceGate

    init(_ services: Services) {
        media = MediaGate(
            verifier: services.verifier, revocations: services.revocations,
            referrers: ReferrerPolicy(origins: services.settings.allowedOrigins), clock: services.clock)
        service = ServiceGate(keys: services.settings.apiKeys)
    }

    func call(_ route: Route, _ context: RequestContext) throws(Refusal) -> HTTPResponse {
        switch route.access {
        case .open(let handler):
            return try handler(context)
        case .service(let handler):
            return try handler(context, try service.admit(context.request))
        case .play(let onlyMobile, let handler):
            let location = try Self.location(context.path)
            let admission = try media.admit(context.request, toPlay: location, onlyMobile: onlyMobile)
            return try handler(context, admission)
        }
    }

    private static func location(_ path: PathParameters) throws(Refusal) -> LessonLocation {
        path.has("lesson_id") ? .lesson(try path.lessonPath()) : try path.flatLocation()
    }
}
