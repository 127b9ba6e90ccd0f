import Domain
import Files
import Formats
import Settings

/// `GET /download2/…`, `/api/download/…` and `/videos-user/…`: whole files, sent by nginx.
struct Downloads: Sendable {
    let services: Services
    let lessons: LessonStatus

    /// A lesson's original.
    func lesson(_ context: RequestContext, _ gate: MediaGate) throws(Refusal) -> HTTPResponse {
        let lesson = try context.path.lessonPath()
        let admission = try gate.admit(
            context.request, toDownload: try context.path.filename("filename"), of: .lesson(lesson))
        let location = LessonLocation.lesson(lesson)
        let path = services.files.originalPath(of: location, admission.filename)
        guard try exists(path) else { throw lessons.refusalOfMissing(location) }
        return send(path, admission, .attachment)
    }

    /// The presentation of a course.
    func course(_ context: RequestContext, _ gate: MediaGate) throws(Refusal) -> HTTPResponse {
        let course = try context.path.identifier("course_id")
        let admission = try gate.admit(
            context.request, toDownload: try context.path.filename("filename"), of: .course(course))
        return try presentation(.course(course), admission)
    }

    /// The presentation of a module.
    func module(_ context: RequestContext, _ gate: MediaGate) throws(Refusal) -> HTTPResponse {
        let course = try context.path.identifier("course_id")
        let module = try context.path.identifier("module_id")
        let admission = try gate.admit(
            context.request, toDownload: try context.path.filename("filename"),
            of: .module(course: course, module: module))
        return try presentation(.module(course: course, module: module), admission)
    }

    /// An original of the flat layout.
    func flat(_ context: RequestContext, _ gate: MediaGate) throws(Refusal) -> HTTPResponse {
        let user = try context.path.identifier("user_id")
        let admission = try gate.admit(
            context.request, toDownload: try context.path.filename("filename"), ofUser: user)
        for directory in ["originals", "uploads"] {
            // The predecessor kept raw uploads where they had come in; this server makes originals of them.
            let path = "\(directory)/\(user)/\(admission.filename)"
            if try exists(path) { return send(path, admission, .attachment) }
        }
        throw Refusal(.notFound, "There is no such file.")
    }

    /// A raw upload of the predecessor's, to be shown in the page; never an original, which a play token does not open.
    func raw(_ context: RequestContext, _ gate: MediaGate) throws(Refusal) -> HTTPResponse {
        let user = try context.path.identifier("user_id")
        let admission = try gate.admit(
            context.request, toRawUploadOf: user, try context.path.filename("filename"))
        let path = "uploads/\(user)/\(admission.filename)"
        guard try exists(path) else { throw Refusal(.notFound, "There is no such file.") }
        return send(path, admission, .inline)
    }

    /// The one file of a presentation, which is called `presentation.<ext>` whatever it was uploaded as.
    private func presentation(
        _ presentation: Presentation, _ admission: FileAdmission
    ) throws(Refusal) -> HTTPResponse {
        let path = try Refusal.rethrow { () throws(FileError) in
            try services.files.presentationPath(of: presentation)
        }
        guard let path, path.hasSuffix("/\(admission.filename)") else {
            throw Refusal(.notFound, "There is no such file.")
        }
        return send(path, admission, .attachment)
    }

    private func exists(_ path: String) throws(Refusal) -> Bool {
        try Refusal.rethrow { () throws(FileError) in try services.files.size(of: path) } != nil
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
