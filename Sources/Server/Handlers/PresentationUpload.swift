import Domain
import Files
import Formats
import Logging
import Media
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
        var form = VideoForm(fields: [], files: services.files)
        try reader.read(context, into: &form)
        let video = try ReceivedVideo(&form)
        let place = presentation(video.filename)
        let type = video.type
        let poster = poster(of: video.file.path)
        let file = fastStarted(video)
        do {
            return try services.files.commitPresentation(file, poster: poster, as: place, type: type)
        } catch {
            throw Refusal(error)
        }
    }

    /// With its index in front of its media, where it was behind: a browser then plays it while it loads. Where that
    /// cannot be done, as it came: it plays all the same.
    private func fastStarted(_ video: consuming ReceivedVideo) -> StagingFile {
        do {
            let rewritten = try services.files.makeStagingFile()
            if try FastStart.rewrite(video.file.path, to: rewritten.path) { return rewritten }
        } catch {
            services.log.warning("fast_start_failed", metadata: ["cause": "\(error)"])
        }
        return video.file
    }

    /// Nil where none can be made: the presentation is one without it too.
    private func poster(of film: String) -> StagingFile? {
        do {
            let staged = try services.files.makeStagingFile()
            try Poster.make(film, to: staged.path, cancellation: Cancellation(deadline: .seconds(20)))
            return staged
        } catch {
            services.log.warning("poster_failed", metadata: ["cause": "\(error)"])
            return nil
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
