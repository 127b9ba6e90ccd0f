import Domain
import Files
import Formats
import Settings

/// `GET /download2/…`, `/api/download/…` and `/videos-user/…`: whole files, sent by nginx.
struct Downloads: Sendable {
    let services: Services
    let lessons: LessonStatus

    private var stored: StoredFiles { StoredFiles(files: services.files) }

    /// The file that the admission is for.
    func answer(_ context: RequestContext, _ admission: FileAdmission) throws(Refusal) -> HTTPResponse {
        switch admission.file {
        case .download(let target, let filename):
            guard let path = try stored.path(of: filename, of: target) else { throw missing(target) }
            return send(path, admission, .attachment)
        case .flatDownload(let user, let filename):
            guard let path = try stored.path(of: filename, ofUser: user) else { throw Self.missing }
            return send(path, admission, .attachment)
        // Never an original, which a play token does not open.
        case .rawUpload(let user, let filename):
            guard let path = try stored.existing("\(StoredFile.uploads)/\(user)/\(filename)") else {
                throw Self.missing
            }
            return send(path, admission, .inline)
        }
    }

    /// Where a lesson is there, only the name is wrong.
    private func missing(_ target: VideoTarget) -> Refusal {
        guard case .lesson(let lesson) = target else { return Self.missing }
        guard !services.files.hasLesson(at: .lesson(lesson)) else {
            return Refusal(
                .notFound, "The lesson has no original of this name; its upload told the right one.")
        }
        return lessons.refusalOfMissing(.lesson(lesson))
    }

    private static let missing = Refusal(.notFound, "There is no such file.")

    private func send(
        _ path: String, _ admission: FileAdmission, _ presentation: ContentDisposition.Presentation
    ) -> HTTPResponse {
        Acceleration(prefix: services.settings.accelPrefix).send(
            path, for: admission,
            headers: [
                (
                    "Content-Type",
                    VideoFileType(of: admission.file.filename)?.mediaType ?? "application/octet-stream"
                ),
                (
                    "Content-Disposition",
                    ContentDisposition.header(presentation, filename: admission.file.filename)
                ),
                ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
            ])
    }
}

extension WantedFile {
    /// A lesson's original.
    static func lesson(_ path: PathParameters) throws(Refusal) -> WantedFile {
        .download(.lesson(try path.lessonOfIDs()), try path.filename("filename"))
    }

    /// The presentation of a course.
    static func course(_ path: PathParameters) throws(Refusal) -> WantedFile {
        .download(.course(try path.identifier("course_id")), try path.filename("filename"))
    }

    /// The presentation of a module.
    static func module(_ path: PathParameters) throws(Refusal) -> WantedFile {
        .download(
            .module(course: try path.identifier("course_id"), module: try path.identifier("module_id")),
            try path.filename("filename"))
    }

    static func flat(_ path: PathParameters) throws(Refusal) -> WantedFile {
        .flatDownload(user: try path.identifier("user_id"), try path.filename("filename"))
    }

    static func raw(_ path: PathParameters) throws(Refusal) -> WantedFile {
        .rawUpload(user: try path.identifier("user_id"), try path.filename("filename"))
    }
}
