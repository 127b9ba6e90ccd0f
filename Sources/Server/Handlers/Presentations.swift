import Domain
import Files
import Formats
import Logging
import Tokens

/// `DELETE /api/presentations/…`.
struct Presentations: Sendable {
    let services: Services
    let revocation: RevocationService

    func deleteCourse(_ context: RequestContext, _ caller: ServiceCaller) throws(Refusal) -> HTTPResponse {
        let course = try context.path.identifier("course_id")
        return try delete(.course(course), .course(course), caller)
    }

    func deleteModule(_ context: RequestContext, _ caller: ServiceCaller) throws(Refusal) -> HTTPResponse {
        let course = try context.path.identifier("course_id")
        let module = try context.path.identifier("module_id")
        return try delete(
            .module(course: course, module: module), .module(course: course, module: module), caller)
    }

    private func delete(
        _ presentation: Presentation, _ target: VideoTarget, _ caller: ServiceCaller
    ) throws(Refusal) -> HTTPResponse {
        try revocation.revoke(RevocationList.Subject(target))
        try Refusal.rethrow { () throws(FileError) in try ResumableSweep(services: services).remove(target) }
        try Refusal.rethrow { () throws(FileError) in try services.files.removePresentation(presentation) }
        services.log.notice(
            "presentation_deleted", metadata: ["presentation": "\(presentation)", "caller": "\(caller.name)"])
        return .json(200, ["message": "The presentation was deleted."])
    }
}
