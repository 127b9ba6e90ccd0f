import Domain
import Formats

/// Brings a request through the gate its route asks for, to the handler.
struct Gates: Sendable {
    let media: MediaGate
    let service: ServiceGate

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
