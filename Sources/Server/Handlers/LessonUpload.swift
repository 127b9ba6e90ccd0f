import Crypto
import Database
import Domain
import Files
import Formats
import Settings

/// `POST /upload/lesson`: takes a lesson's video and queues its conversion.
///
/// When it answers 202, file and task are on disk: neither a crash nor a full disk afterwards loses them.
struct LessonUpload: Sendable {
    private static let ids: Set<String> = ["trainer_id", "course_id", "module_id", "lesson_id"]
    private static let callbacks: Set<String> = [CallbackRules.names.success, CallbackRules.names.error]

    private let services: Services
    private let reader: UploadReader
    private let callbackRules: CallbackRules
    private let keyed: KeyedUploads

    init(_ services: Services, _ keyed: KeyedUploads) {
        self.services = services
        self.reader = UploadReader(services)
        self.callbackRules = CallbackRules(services)
        self.keyed = keyed
    }

    func answer(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) -> HTTPResponse {
        let upload = try keyed.begin(context, caller)
        if let answer = upload.answer { return answer }
        var form = VideoForm(fields: Self.ids.union(Self.callbacks), services, isDigested: upload.isKeyed)
        let size = try reader.read(context, into: &form, from: caller)
        let lesson = try form.lessonOfIDs()
        let admission = try caller.admission(to: .lesson(lesson))
        let texts = (try form.text(CallbackRules.names.success), try form.text(CallbackRules.names.error))
        let callbacks = try callbackRules.callbacks(caller) {
            $0 == CallbackRules.names.success ? texts.0 : texts.1
        }
        var video = try ReceivedVideo(&form)
        let content = UploadContent(
            path: context.request.path, lesson: lesson, size: size,
            digest: video.digest(with: [callbacks.success, callbacks.error]))
        if let answer = try upload.answer(to: content, context, caller) { return answer }
        try video.check(services.media)
        let id = TaskID(random: SecureRandom.pair())
        let answer = answer(id, lesson, video.filename)
        let job = try UploadQueue(services: services).add(
            video, at: .lesson(lesson), admission, callbacks, task: id,
            receipt: upload.receipt(content, answer))
        _ = consume upload
        job.log(services.log, context.request, caller.logged)
        return answer
    }

    /// Which lesson it is for, a token or the body alone says.
    func judgeAhead(
        _ context: RequestContext, _ caller: borrowing UploadCaller
    ) throws(Refusal) -> HTTPResponse? {
        if let answer = try keyed.judgeAhead(context, caller) { return answer }
        try reader.judgeAhead(context)
        return nil
    }

    private func answer(_ id: TaskID, _ lesson: LessonPath, _ filename: Filename) -> HTTPResponse {
        let status = "\(services.settings.publicURL)/api/tasks/\(id)"
        return .json(
            202,
            [
                "message": "The video was received and will be converted.", "task_id": .string(id.value),
                "lesson_id": .string(lesson.lesson.value),
                "hls_path": .string(LessonLocation.lesson(lesson).hlsPath),
                "filename": .string(filename.value), "status_url": .string(status),
            ], headers: [("Location", status)])
    }
}
