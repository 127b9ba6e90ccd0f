import Domain
import Files
import Formats
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
        let path = try receive(context, admission) { _ in .course(course) }
        return answer(path, url: true)
    }

    func module(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) -> HTTPResponse {
        let course = try context.path.identifier("course_id")
        let module = try context.path.identifier("module_id")
        let admission = try caller.admission(to: .module(course: course, module: module))
        let path = try receive(context, admission) { _ in .module(course: course, module: module) }
        return answer(path, url: true)
    }

    /// The older route: a loose file, under its own name.
    func flat(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) -> HTTPResponse {
        let admission = try caller.admissionToFlatLayout()
        return answer(try receive(context, admission) { .flat($0) }, url: false)
    }

    private func receive(
        _ context: RequestContext, _ admission: UploadAdmission, _ presentation: (Filename) -> Presentation
    ) throws(Refusal) -> String {
        var form = VideoForm(fields: [], services)
        try reader.read(context, into: &form)
        let video = try ReceivedVideo(&form)
        let place = presentation(video.filename)
        return try keep(video, as: place, admission)
    }

    /// Publishes a received video as the presentation; answers its path relative to the data directory.
    func keep(
        _ video: consuming ReceivedVideo, as place: Presentation, _ admission: UploadAdmission
    ) throws(Refusal) -> String {
        let type = video.type
        let prepared = try PreparedPresentation(video, services)
        do {
            return try services.files.commitPresentation(
                prepared.file, poster: prepared.poster, as: place, type: type)
        } catch {
            throw Refusal(error)
        }
    }

    private func answer(_ path: String, url: Bool) -> HTTPResponse {
        var members: [(String, JSONValue)] = [
            ("message", "The presentation was received."), ("file_path", .string(path)),
        ]
        if url { members.append(("url", .string("\(services.settings.publicURL)/\(path)"))) }
        return .json(201, .object(members))
    }
}
