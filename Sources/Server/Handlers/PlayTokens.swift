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
        let wish = PlayTokenWish(
            platform: try Self.platform(try query.single("platform")), lifetime: try lifetime(query),
            maxHeight: try query.maxHeight())
        var round = issuance.round()
        return .issued(.object(try issue(lesson, wish, admission, in: &round)))
    }

    /// A token for one lesson, as the members of its answer.
    func issue(
        _ lesson: LessonPath, _ wish: PlayTokenWish, _ admission: IssuingAdmission,
        in round: inout QuestionRound
    ) throws(Refusal) -> [(String, JSONValue)] {
        let token = try issuance.issue(
            .play(
                user: admission.user, lesson: lesson, platform: wish.platform, maxHeight: wish.maxHeight),
            admission, lifetime: wish.lifetime, question: .play(user: admission.user, lesson: lesson),
            in: &round)
        return try members(token, wish, .lesson(lesson))
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
        let query = try context.query()
        let wish = PlayTokenWish(
            platform: platform, lifetime: try lifetime(query), maxHeight: try query.maxHeight())
        let token = try issuance.issue(
            .playFlat(
                user: user, filename: filename, video: video, platform: platform, maxHeight: wish.maxHeight),
            admission, lifetime: wish.lifetime, question: .flat(user: user, action: .play, filename: filename)
        )
        return .issued(.object(try members(token, wish, .flat(user: user, video: place))))
    }

    private func members(
        _ token: String, _ wish: PlayTokenWish, _ location: LessonLocation
    ) throws(Refusal) -> [(String, JSONValue)] {
        let publicURL = services.settings.publicURL
        let root = wish.platform == .mobile ? "\(publicURL)/mobile" : publicURL
        let url = root + location.hlsPath
        let images = try lessons.images(of: location)
        func signed(_ image: String?) -> JSONValue {
            guard let images, let image else { return .null }
            return .string(
                "\(root)/\(location.urlRoot)/\(location)/\(image)?token=\(token)&v=\(images.version)")
        }
        return [
            ("token", .string(token)), ("expires_in", .integer(wish.lifetime)),
            ("playlist_url", .string(url)),
            ("signed_playlist_url", .string("\(url)?token=\(token)")),
            ("poster_url", signed(images?.poster)), ("storyboard_url", signed(images?.storyboard)),
            ("status", .string(try lessons.status(of: location).rawValue)),
        ]
    }

    private func lifetime(_ query: QueryParameters) throws(Refusal) -> Int {
        try query.lifetime(or: services.settings.tokenExpiry, max: services.settings.maxTTL)
    }

    /// `web` where nothing is said. Refuses with `invalid_platform`.
    static func platform(_ text: String?) throws(Refusal) -> Platform {
        switch text?.lowercased() {
        case nil, "", "web": return .web
        case "mobile": return .mobile
        default: throw Refusal(.invalidPlatform, "platform must be web or mobile.", field: "platform")
        }
    }
}

/// What a play token shall be like, whichever lesson it is for.
struct PlayTokenWish {
    let platform: Platform
    /// Seconds.
    let lifetime: Int
    /// The largest shorter side of a rendition that it opens, pixels; nil: any.
    let maxHeight: Int?
}
