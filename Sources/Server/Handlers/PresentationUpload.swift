import Domain
import Files
import Formats
import Logging
import Settings

/// `POST /upload_presentation…`: takes the public presentation of a course or a module, served by nginx as it is.
struct PresentationUpload: Sendable {
    private let services: Services
    private let reader: UploadReader
    private let keyed: KeyedUploads

    init(_ services: Services, _ keyed: KeyedUploads) {
        self.services = services
        self.reader = UploadReader(services)
        self.keyed = keyed
    }

    func course(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) -> HTTPResponse {
        let course = try context.path.identifier("course_id")
        let admission = try caller.admission(to: .course(course))
        return try receive(context, caller, admission, isLoose: false) { _ in .course(course) }
    }

    func judgeCourseAhead(
        _ context: RequestContext, _ caller: borrowing UploadCaller
    ) throws(Refusal) -> HTTPResponse? {
        _ = try caller.admission(to: .course(try context.path.identifier("course_id")))
        if let answer = try keyed.judgeAhead(context, caller, isTargetInPath: true) { return answer }
        try reader.judgeAhead(context)
        return nil
    }

    func module(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) -> HTTPResponse {
        let course = try context.path.identifier("course_id")
        let module = try context.path.identifier("module_id")
        let admission = try caller.admission(to: .module(course: course, module: module))
        return try receive(context, caller, admission, isLoose: false) { _ in
            .module(course: course, module: module)
        }
    }

    func judgeModuleAhead(
        _ context: RequestContext, _ caller: borrowing UploadCaller
    ) throws(Refusal) -> HTTPResponse? {
        let course = try context.path.identifier("course_id")
        let module = try context.path.identifier("module_id")
        _ = try caller.admission(to: .module(course: course, module: module))
        if let answer = try keyed.judgeAhead(context, caller, isTargetInPath: true) { return answer }
        try reader.judgeAhead(context)
        return nil
    }

    /// The older route: a loose file, under its own name.
    func flat(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) -> HTTPResponse {
        let admission = try caller.admissionToFlatLayout()
        return try receive(context, caller, admission, isLoose: true) { .flat($0) }
    }

    func judgeFlatAhead(
        _ context: RequestContext, _ caller: borrowing UploadCaller
    ) throws(Refusal) -> HTTPResponse? {
        _ = try caller.admissionToFlatLayout()
        if let answer = try keyed.judgeAhead(context, caller) { return answer }
        try reader.judgeAhead(context)
        return nil
    }

    /// `isLoose`: the file's name says where it goes, and not the path.
    private func receive(
        _ context: RequestContext, _ caller: borrowing UploadCaller, _ admission: UploadAdmission,
        isLoose: Bool, _ presentation: (Filename) -> Presentation
    ) throws(Refusal) -> HTTPResponse {
        let upload = try keyed.begin(context, caller, isTargetInPath: !isLoose)
        if let answer = upload.answer { return answer }
        var form = VideoForm(fields: [], services, isDigested: upload.isKeyed)
        let size = try reader.read(context, into: &form, from: caller)
        let video = try ReceivedVideo(&form)
        let content = UploadContent(path: context.request.path, size: size, digest: video.digest(with: []))
        if let answer = try upload.answer(to: content, context, caller) { return answer }
        let path = try keep(video, as: presentation, admission)
        services.log.info(
            "presentation_received",
            metadata: ["path": "\(path)", "request_id": "\(context.request.requestID)"]
                .merging(caller.logged) { $1 })
        let answer = answer(path, url: !isLoose)
        upload.keep(content, answer)
        _ = consume upload
        return answer
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
