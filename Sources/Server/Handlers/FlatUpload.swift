import Database
import Domain
import Files
import Formats

/// `POST /upload`: the older upload, into the flat layout; the video is named after its file.
struct FlatUpload: Sendable {
    private let services: Services
    private let reader: UploadReader

    init(_ services: Services) {
        self.services = services
        self.reader = UploadReader(services)
    }

    func answer(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) -> HTTPResponse {
        let admission = try caller.admissionToFlatLayout()
        var form = VideoForm(fields: ["user_id"], services)
        try reader.read(context, into: &form, from: caller)
        let user = try form.identifier("user_id")
        var video = try ReceivedVideo(&form)
        try video.check(services.media)
        guard let id = video.filename.flatVideoID else {
            throw Refusal(.invalidFilename, "The file's name gives no id for the video.", field: "video")
        }
        try checkPlace(.flat(user: user, video: id))
        let job = try UploadQueue(services: services).add(video, at: .flat(user: user, video: id), admission)
        job.log(services.log, context.request, caller.logged)
        return .json(
            202,
            [
                "message": "The video was received and will be converted.", "task_id": .string(job.id.value),
                "video_id": .string(id.value), "hls_path": .string(job.location.hlsPath),
            ])
    }

    func judgeAhead(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) {
        _ = try caller.admissionToFlatLayout()
        try reader.judgeAhead(context)
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
