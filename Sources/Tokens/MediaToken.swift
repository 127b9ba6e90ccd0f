import Crypto
import Domain
import Formats

/// The tokens this server issues: what each names, and with it what it opens.
package enum MediaToken: Sendable {
    /// Plays one lesson (v2). `maxHeight`, here and below: the largest shorter side of a rendition that it opens, pixels;
    /// nil: any.
    case play(user: UserID, lesson: LessonPath, platform: Platform, maxHeight: Int? = nil)
    /// Opens segments and key of one lesson, never the playlist: what a rewritten playlist carries. `parent` is the id
    /// of the token it was minted for, if that has one: who revokes the one means the other too.
    case grant(
        user: String, location: LessonLocation, platform: Platform, parent: String?, maxHeight: Int? = nil)
    /// Plays one video of the flat layout (v1).
    case playFlat(
        user: Identifier, filename: Filename?, video: Identifier?, platform: Platform, maxHeight: Int? = nil)
    /// Downloads one file (v2).
    case download(user: UserID, target: VideoTarget, filename: Filename)
    /// Downloads one file of the flat layout (v1).
    case downloadFlat(user: Identifier, filename: Filename)
    /// Uploads to one target and reads the status of what becomes of it.
    case upload(user: UserID, target: VideoTarget, callbacks: CallbackURLs = CallbackURLs())

    /// Where the site wants the end of a conversion told; nil: where the settings say.
    package struct CallbackURLs: Equatable, Sendable {
        package var success: String?
        package var error: String?

        package init(success: String? = nil, error: String? = nil) {
            self.success = success
            self.error = error
        }

        fileprivate var claims: [(String, JSONValue)] {
            [("success_callback_url", success), ("error_callback_url", error)].compactMap { name, url in
                url.map { (name, .string($0)) }
            }
        }
    }

    /// Whether its claims, dates and id included, are few enough bytes to be read again.
    package var isReadable: Bool {
        let datesAndID = 128
        return JSONValue.object(claims).serialized().count + datesAndID <= Claims.maxBytes
    }

    /// The claims by their wire names, without the dates and the id.
    var claims: [(String, JSONValue)] {
        switch self {
        case .play(let user, let lesson, let platform, let maxHeight):
            [("user_id", .string(user.value)), ("rel", .string("\(lesson)"))] + [platform.claim]
                + Self.claim(maxHeight)
        case .grant(let user, let location, let platform, let parent, let maxHeight):
            [("user_id", .string(user))] + Self.claims(of: location)
                + [platform.claim, ("use", "segment")]
                + (parent.map { [("parent", .string($0))] } ?? []) + Self.claim(maxHeight)
        case .playFlat(let user, let filename, let video, let platform, let maxHeight):
            [("user_id", .string(user.value))] + (filename.map { [("filename", .string($0.value))] } ?? [])
                + (video.map { [("video_id", .string($0.value))] } ?? []) + [platform.claim]
                + Self.claim(maxHeight)
        case .download(let user, let target, let filename):
            [("sub", "download"), Platform.download.claim, ("user_id", .string(user.value))] + target.claims
                + [("filename", .string(filename.value))]
        case .downloadFlat(let user, let filename):
            [("action", "download"), Platform.download.claim, ("user_id", .string(user.value))]
                + [("filename", .string(filename.value))]
        case .upload(let user, let target, let callbacks):
            [("sub", "upload"), Platform.upload.claim, ("user_id", .string(user.value))] + target.claims
                + callbacks.claims
        }
    }

    private static func claim(_ maxHeight: Int?) -> [(String, JSONValue)] {
        maxHeight.map { [("max_height", .integer($0))] } ?? []
    }

    private static func claims(of location: LessonLocation) -> [(String, JSONValue)] {
        switch location {
        case .lesson(let path): [("rel", .string("\(path)"))]
        case .flat(_, let video): [("video_id", .string(video.value))]
        }
    }
}

/// Where a token may be used: the `platform` claim.
package enum Platform: String, CaseIterable, Sendable {
    case web, mobile, download, upload

    var claim: (String, JSONValue) { ("platform", .string(rawValue)) }
}
