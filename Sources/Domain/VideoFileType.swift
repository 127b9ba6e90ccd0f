/// The kinds of video file that may be uploaded, by extension. What is inside is judged by the media room.
package enum VideoFileType: String, CaseIterable, Sendable {
    case mp4, m4v, mov, avi, wmv, flv, mkv, webm, mpg, mpeg, ts, mts
    case threeGP = "3gp"

    /// Nil where the name has another extension or none.
    package init?(of filename: Filename) {
        self.init(rawValue: filename.pathExtension)
    }

    /// The media type that browsers are told (IANA, or what is in use where nothing is registered).
    package var mediaType: String {
        switch self {
        case .mp4, .m4v: "video/mp4"
        case .mov: "video/quicktime"
        case .avi: "video/x-msvideo"
        case .wmv: "video/x-ms-wmv"
        case .flv: "video/x-flv"
        case .mkv: "video/x-matroska"
        case .webm: "video/webm"
        case .mpg, .mpeg: "video/mpeg"
        case .ts, .mts: "video/mp2t"
        case .threeGP: "video/3gpp"
        }
    }

    /// "mp4, m4v, …", for messages.
    package static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
