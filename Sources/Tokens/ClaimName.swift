/// The text claims this server reads or writes; any other claim of a token is skipped.
package enum ClaimName: Int, CaseIterable, Sendable {
    case userID, rel, platform, filename, videoID, subject, action, type, courseID, moduleID, use, tokenID,
        parentID, successCallback, errorCallback

    /// How many there are; `Claims` keeps a place for each.
    static let count = 15

    /// The name on the wire.
    package var wireName: StaticString {
        switch self {
        case .userID: "user_id"
        case .rel: "rel"
        case .platform: "platform"
        case .filename: "filename"
        case .videoID: "video_id"
        case .subject: "sub"
        case .action: "action"
        case .type: "type"
        case .courseID: "course_id"
        case .moduleID: "module_id"
        case .use: "use"
        case .tokenID: "jti"
        // Our own: the token that a grant was minted for, and ends with.
        case .parentID: "parent"
        // Of an upload token: where the site wants the end of its conversion told.
        case .successCallback: "success_callback_url"
        case .errorCallback: "error_callback_url"
        }
    }
}
