import Crypto
import Database
import Domain
import Files
import Formats

/// `POST /upload`: the older upload, into the flat layout; the video is named after its file.
struct FlatUpload: Sendable {
    private let services: Services
    private let reader: UploadReader
    private let keyed: KeyedUploads

    init(_ services: Services, _ keyed: KeyedUploads) {
        self.services = services
        self.reader = UploadReader(services)
        self.keyed = keyed
    }

    func answer(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) -> HTTPResponse {
        let admission = try caller.admissionToFlatLayout()
        let upload = try keyed.begin(context, caller)
        if let answer = upload.answer { return answer }
        var form = VideoForm(fields: ["user_id"], services, isDigested: upload.isKeyed)
        let size = try reader.read(context, into: &form, from: caller)
        let user = try form.identifier("user_id")
        var video = try ReceivedVideo(&form)
        let content = UploadContent(
            path: context.request.path, size: size, digest: video.digest(with: [user.value]))
        if let answer = try upload.answer(to: content, context, caller) { return answer }
        try video.check(services.media)
        guard let id = video.filename.flatVideoID else {
            throw Refusal(.invalidFilename, "The file's name gives no id for the video.", field: "video")
        }
        try checkPlace(.flat(user: user, video: id))
        let task = TaskID(random: SecureRandom.pair())
        let location = LessonLocation.flat(user: user, video: id)
        let answer = HTTPResponse.json(
            202,
            [
                "message": "The video was received and will be converted.", "task_id": .string(task.value),
                "video_id": .string(id.value), "hls_path": .string(location.hlsPath),
            ])
        let job = try UploadQueue(services: services).add(
            video, at: location, admission, task: task, receipt: upload.receipt(content, answer))
        _ = consume upload
        job.log(services.log, context.request, caller.logged)
        return answer
    }

    func judgeAhead(
        _ context: RequestContext, _ caller: borrowing UploadCaller
    ) throws(Refusal) -> HTTPResponse? {
        _ = try caller.admissionToFlatLayout()
        if let answer = try keyed.judgeAhead(context, caller) { return answer }
        try reader.judgeAhead(context)
        return nil
    }

    /// Below the directory of a video, lessons may lie, where ids of the two layouts are the same: the video would take
    /// their place. Known now, so refused now, and not after a conversion.
    private func checkPlace(_ location: LessonLocation) throws(Refusal) {
        do {
            try services.files.refuseToHideLessons(at: location)
        } catch {
            guard error.isNotEmpty else { throw Refusal(error) }
            throw Refusal(.invalidFilename, "There are lessons where this video would be.", field: "video")
        }
    }
}
