/// Where a playable video lies below `hls/`: four ids deep, or two in the older flat layout.
package enum LessonLocation: Hashable, Sendable, CustomStringConvertible {
    case lesson(LessonPath)
    case flat(user: Identifier, video: Identifier)

    /// Nil unless `path` is four ids or two, joined by single slashes.
    package init?(_ path: some StringProtocol) {
        if let lesson = LessonPath(path) {
            self = .lesson(lesson)
            return
        }
        let ids = path.split(separator: "/", omittingEmptySubsequences: false).map { Identifier($0) }
        guard ids.count == 2, let user = ids[0], let video = ids[1] else { return nil }
        self = .flat(user: user, video: video)
    }

    /// The relative path, the same on disk, in URLs and in the job table.
    package var description: String {
        switch self {
        case .lesson(let path): path.description
        case .flat(let user, let video): "\(user.value)/\(video.value)"
        }
    }

    /// The id of the video itself: the last part of the path.
    package var videoID: Identifier {
        switch self {
        case .lesson(let path): path.lesson
        case .flat(_, let video): video
        }
    }

    /// Who uploaded it: the trainer, or the user of the flat layout.
    package var ownerID: Identifier {
        switch self {
        case .lesson(let path): path.trainer
        case .flat(let user, _): user
        }
    }

    /// The first path component under which the video is served to browsers.
    package var urlRoot: String {
        switch self {
        case .lesson: "hls2"
        case .flat: "hls"
        }
    }
}
