/// What a request may name inside a lesson's directory.
package enum PlaybackFile: Equatable, Sendable {
    case playlist(String)
    case key(RenditionName)
    case segment(String)

    /// The playlist that a lesson's URL names.
    package static let mainPlaylist = LessonFile.playlist
    /// What a page shows before the video plays; older lessons have none.
    package static let posterName = LessonFile.poster
    /// Which pictures a page shows along the time line; lessons without have none.
    package static let storyboardName = "storyboard.vtt"

    /// Nil where nobody may have such a file.
    package init?(_ name: Substring) {
        guard let name = Identifier(substring: name)?.value else { return nil }
        // By bytes: finding a character means finding where each one ends.
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else {
            // How the predecessor's playlists ended their keys' URLs.
            guard name == "key" else { return nil }
            self = .key(.first)
            return
        }
        switch name[name.utf8.index(after: dot)...] {
        case "m3u8": self = .playlist(name)
        case "key":
            guard let rendition = RenditionName(key: name) else { return nil }
            self = .key(rendition)
        // Segments of ours and, in trees that came from elsewhere, what HLS allows besides (RFC 8216 §3).
        case "ts", "m4s", "mp4", "aac", "vtt": self = .segment(name)
        // Delivered like one: the same tokens, the same caching, gone with the version it belongs to.
        case "jpg" where name == Self.posterName: self = .segment(name)
        default: return nil
        }
    }

    /// Whose file it is; nil for those of the whole lesson, and where another program chose the names.
    package var rendition: RenditionName? {
        switch self {
        case .playlist(let name): RenditionName(playlist: name)
        case .key(let rendition): rendition
        case .segment(let name): RenditionName(segment: name)
        }
    }

    /// The media type a player is told (RFC 8216 §4, RFC 3555).
    package static func segmentType(_ name: String) -> String {
        if name.hasSuffix(".ts") { return "video/mp2t" }
        if name.hasSuffix(".aac") { return "audio/aac" }
        if name == posterName { return "image/jpeg" }
        return name.hasSuffix(".vtt") ? "text/vtt" : "video/mp4"
    }
}
