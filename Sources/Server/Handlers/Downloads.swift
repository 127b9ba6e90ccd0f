import Domain
import Files
import Formats
import Settings

/// `GET /download2/…`, `/api/download/…` and `/videos-user/…`: whole files, sent by nginx.
struct Downloads: Sendable {
    let services: Services
    let lessons: LessonStatus

    private var stored: StoredFiles { StoredFiles(files: services.files) }

    /// A lesson's original.
    func lesson(_ context: RequestContext, _ gate: MediaGate) throws(Refusal) -> HTTPResponse {
        let lesson = try context.path.lessonOfIDs()
        return try file(of: .lesson(lesson), context, gate) { missing(lesson) }
    }

    /// The presentation of a course.
    func course(_ context: RequestContext, _ gate: MediaGate) throws(Refusal) -> HTTPResponse {
        let course = try context.path.identifier("course_id")
        return try file(of: .course(course), context, gate) { Self.missing }
    }

    /// The presentation of a module.
    func module(_ context: RequestContext, _ gate: MediaGate) throws(Refusal) -> HTTPResponse {
        let course = try context.path.identifier("course_id")
        let module = try context.path.identifier("module_id")
        return try file(of: .module(course: course, module: module), context, gate) { Self.missing }
    }

    /// An original of the flat layout.
    func flat(_ context: RequestContext, _ gate: MediaGate) throws(Refusal) -> HTTPResponse {
        let user = try context.path.identifier("user_id")
        let admission = try gate.admit(
            context.request, toDownload: try context.path.filename("filename"), ofUser: user)
        guard let path = try stored.path(of: admission.filename, ofUser: user) else { throw Self.missing }
        return send(path, admission, .attachment)
    }

    /// A raw upload of the predecessor's, to be shown in the page; never an original, which a play token does not open.
    func raw(_ context: RequestContext, _ gate: MediaGate) throws(Refusal) -> HTTPResponse {
        let user = try context.path.identifier("user_id")
        let admission = try gate.admit(
            context.request, toRawUploadOf: user, try context.path.filename("filename"))
        guard let path = try stored.existing("\(StoredFile.uploads)/\(user)/\(admission.filename)") else {
            throw Self.missing
        }
        return send(path, admission, .inline)
    }

    /// Where the lesson is there, only the name is wrong.
    private func missing(_ lesson: LessonPath) -> Refusal {
        guard !services.files.hasLesson(at: .lesson(lesson)) else {
            return Refusal(
                .notFound, "The lesson has no original of this name; its upload told the right one.")
        }
        return lessons.refusalOfMissing(.lesson(lesson))
    }

    private static let missing = Refusal(.notFound, "There is no such file.")

    private func file(
        of target: VideoTarget, _ context: RequestContext, _ gate: MediaGate, orElse refusal: () -> Refusal
    ) throws(Refusal) -> HTTPResponse {
        let admission = try gate.admit(
            context.request, toDownload: try context.path.filename("filename"), of: target)
        guard let path = try stored.path(of: admission.filename, of: target) else { throw refusal() }
        return send(path, admission, .attachment)
    }

    private func send(
        _ path: String, _ admission: FileAdmission, _ presentation: ContentDisposition.Presentation
    ) -> HTTPResponse {
        Acceleration(prefix: services.settings.accelPrefix).send(
            path, for: admission,
            headers: [
                (
                    "Content-Type",
                    VideoFileType(of: admission.filename)?.mediaType ?? "application/octet-stream"
                ),
                (
                    "Content-Disposition",
                    ContentDisposition.header(presentation, filename: admission.filename)
                ),
                ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
            ])
    }
}
