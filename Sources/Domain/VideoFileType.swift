/// The kinds of video file that may be uploaded, by extension. What is inside is judged by the media room.
package enum VideoFileType: String, CaseIterable, Sendable {
    case mp4, m4v, mov, avi, wmv, flv, mkv, webm, mpg, mpeg, ts, mts
    case threeGP = "3gp"

    /// Nil where the name has another extension or none.
    package init?(of filename: Filename) {
        self.init(rawValue: filename.pathExtension)
    }

    /// "mp4, m4v, …", for messages.
    package static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
