import Domain
import Files
import Formats
import Logging
import Settings

/// `POST /upload_presentation…`: takes the public presentation of a course or a module, served by nginx as it is.
struct PresentationUpload: Sendable {
    private let services: Services
    private let reader: UploadReader

    init(_ services: Services) {
        self.services = services
        self.reader = UploadReader(services)
    }

    func course(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) -> HTTPResponse {
        let course = try context.path.identifier("course_id")
        let admission = try caller.admission(to: .course(course))
        let path = try receive(context, caller, admission) { _ in .course(course) }
        return answer(path, url: true)
    }

    func judgeCourseAhead(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) {
        _ = try caller.admission(to: .course(try context.path.identifier("course_id")))
        try reader.judgeAhead(context)
    }

    func module(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) -> HTTPResponse {
        let course = try context.path.identifier("course_id")
        let module = try context.path.identifier("module_id")
        let admission = try caller.admission(to: .module(course: course, module: module))
        let path = try receive(context, caller, admission) { _ in .module(course: course, module: module) }
        return answer(path, url: true)
    }

    func judgeModuleAhead(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) {
        let course = try context.path.identifier("course_id")
        let module = try context.path.identifier("module_id")
        _ = try caller.admission(to: .module(course: course, module: module))
        try reader.judgeAhead(context)
    }

    /// The older route: a loose file, under its own name.
    func flat(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) -> HTTPResponse {
        let admission = try caller.admissionToFlatLayout()
        return answer(try receive(context, caller, admission) { .flat($0) }, url: false)
    }

    func judgeFlatAhead(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) {
        _ = try caller.admissionToFlatLayout()
        try reader.judgeAhead(context)
    }

    private func receive(
        _ context: RequestContext, _ caller: borrowing UploadCaller, _ admission: UploadAdmission,
        _ presentation: (Filename) -> Presentation
    ) throws(Refusal) -> String {
        var form = VideoForm(fields: [], services)
        try reader.read(context, into: &form, from: caller)
        let path = try keep(try ReceivedVideo(&form), as: presentation, admission)
        services.log.info(
            "presentation_received",
            metadata: ["path": "\(path)", "request_id": "\(context.request.requestID)"]
                .merging(caller.logged) { $1 })
        return path
    }

    /// Publishes a received video as the presentation that its name is for; answers its path relative to the data
    /// directory. Refuses with `token_revoked` where the right to was taken back meanwhile, which is asked again under the
    /// presentation's lock: it is deleted under that lock too, after the revocation.
    func keep(
        _ video: consuming ReceivedVideo, as presentation: (Filename) -> Presentation,
        _ admission: UploadAdmission
    ) throws(Refusal) -> String {
        let prepared = try PreparedPresentation(video, services)
        let (place, type) = (presentation(prepared.filename), prepared.type)
        var refusal: Refusal?
        let path: String?
        do {
            path = try services.files.commitPresentation(
                prepared.file, poster: prepared.poster, as: place, type: type
            ) {
                do throws(Refusal) { try admission.confirm(services.database) } catch { refusal = error }
                return refusal == nil
            }
        } catch {
            throw Refusal(error)
        }
        guard let path else { throw refusal ?? MediaGate.revoked }
        return path
    }

    private func answer(_ path: String, url: Bool) -> HTTPResponse {
        var members: [(String, JSONValue)] = [
            ("message", "The presentation was received."), ("file_path", .string(path)),
        ]
        if url { members.append(("url", .string("\(services.settings.publicURL)/\(path)"))) }
        return .json(201, .object(members))
    }
}
