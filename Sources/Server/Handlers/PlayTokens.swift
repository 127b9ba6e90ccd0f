import Domain
import Formats
import Outbound
import Settings
import Tokens

/// `GET /api/get-video-token/…`: issues the tokens that play.
struct PlayTokens: Sendable {
    let services: Services
    let lessons: LessonStatus
    let issuance: Issuance

    /// v2: one lesson, by `rel`.
    func issue(_ context: RequestContext, _ caller: IssuingCaller) throws(Refusal) -> HTTPResponse {
        let query = try context.query()
        let admission = try caller.admission(for: try query.userID())
        let lesson = try query.lessonPath()
        let platform = try platform(query)
        let lifetime = try lifetime(query)
        let token = try issuance.issue(
            .play(user: admission.user, lesson: lesson, platform: platform), admission, lifetime: lifetime,
            question: .play(user: admission.user, lesson: lesson))
        return try answer(token, lifetime, platform, .lesson(lesson))
    }

    /// v1 for the web: the video of a file in the flat layout.
    func issueFlat(_ context: RequestContext, _ caller: IssuingCaller) throws(Refusal) -> HTTPResponse {
        let filename = try context.path.filename("filename")
        let user = try context.path.identifier("user_id")
        let admission = try caller.admission(for: UserID(user))
        guard let video = filename.flatVideoID else {
            throw Refusal(.invalidFilename, "filename names no video.", field: "filename")
        }
        return try issueFlat(context, admission, user, filename, video: nil, at: video, .web)
    }

    /// v1 for apps: the file and its video are both named.
    func issueFlatMobile(_ context: RequestContext, _ caller: IssuingCaller) throws(Refusal) -> HTTPResponse {
        let filename = try context.path.filename("filename")
        let user = try context.path.identifier("user_id")
        let admission = try caller.admission(for: UserID(user))
        let video = try context.path.identifier("video_id")
        // The site is asked about the file, and must not be asked about one and open another.
        guard services.eligibility == nil || filename.flatVideoID == video else {
            throw Refusal(.invalidID, "video_id is not the video of that file.", field: "video_id")
        }
        return try issueFlat(context, admission, user, filename, video: video, at: video, .mobile)
    }

    private func issueFlat(
        _ context: RequestContext, _ admission: IssuingAdmission, _ user: Identifier, _ filename: Filename,
        video: Identifier?, at place: Identifier, _ platform: Platform
    ) throws(Refusal) -> HTTPResponse {
        let lifetime = try lifetime(try context.query())
        let token = try issuance.issue(
            .playFlat(user: user, filename: filename, video: video, platform: platform), admission,
            lifetime: lifetime, question: .flat(user: user, action: .play, filename: filename))
        return try answer(token, lifetime, platform, .flat(user: user, video: place))
    }

    private func answer(
        _ token: String, _ lifetime: Int, _ platform: Platform, _ location: LessonLocation
    ) throws(Refusal) -> HTTPResponse {
        let root = platform == .mobile ? "\(services.settings.publicURL)/mobile" : services.settings.publicURL
        let url = root + location.hlsPath
        return .json(
            200,
            [
                "token": .string(token), "expires_in": .integer(lifetime), "playlist_url": .string(url),
                "signed_playlist_url": .string("\(url)?token=\(token)"),
                "status": .string(try lessons.status(of: location).rawValue),
            ])
    }

    private func lifetime(_ query: QueryParameters) throws(Refusal) -> Int {
        try query.lifetime(or: services.settings.tokenExpiry, max: services.settings.maxTTL)
    }

    private func platform(_ query: QueryParameters) throws(Refusal) -> Platform {
        switch try query.single("platform")?.lowercased() {
        case nil, "", "web": return .web
        case "mobile": return .mobile
        default: throw Refusal(.invalidPlatform, "platform must be web or mobile.", field: "platform")
        }
    }
}
