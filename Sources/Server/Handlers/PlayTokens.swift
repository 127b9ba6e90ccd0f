import Domain
import Formats
import Settings
import Tokens

/// `GET /api/get-video-token/…`: issues the tokens that play.
struct PlayTokens: Sendable {
    let services: Services
    let lessons: LessonStatus

    /// v2: one lesson, by `rel`.
    func issue(_ context: RequestContext, _ caller: ServiceCaller) throws(Refusal) -> HTTPResponse {
        let query = try context.query()
        let user = try query.identifier("user_id")
        let lesson = try query.lessonPath()
        let platform = try platform(query)
        let lifetime = try query.lifetime(or: services.settings.tokenExpiry, max: services.settings.maxTTL)
        let notBefore = services.revocations.firstValidSecond(for: [
            .user(user.value), .location("\(lesson)"),
        ])
        let token = services.issuer.issue(
            .play(user: user, lesson: lesson, platform: platform), lifetime: lifetime, notBefore: notBefore)
        let url = playlistURL(platform, "hls2/\(lesson)")
        return .json(
            200,
            [
                "token": .string(token), "expires_in": .integer(lifetime), "playlist_url": .string(url),
                "signed_playlist_url": .string("\(url)?token=\(token)"),
                "status": .string(try lessons.status(of: .lesson(lesson)).rawValue),
            ])
    }

    private func platform(_ query: QueryParameters) throws(Refusal) -> Platform {
        switch query.first("platform") {
        case nil, "web": return .web
        case "mobile": return .mobile
        default: throw Refusal(.invalidPlatform, "platform must be web or mobile.", field: "platform")
        }
    }

    private func playlistURL(_ platform: Platform, _ directory: String) -> String {
        let root = platform == .mobile ? "\(services.settings.publicURL)/mobile" : services.settings.publicURL
        return "\(root)/\(directory)/\(PlaybackFile.mainPlaylist)"
    }
}
