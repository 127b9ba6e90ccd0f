import Domain

/// What a request may name inside a lesson's directory.
enum PlaybackFile: Equatable, Sendable {
    case playlist(String)
    case key
    case segment(String)

    /// The playlist that a lesson's URL names.
    static let mainPlaylist = "output.m3u8"
    /// The key's file. `key` is how the predecessor's playlists ended their URLs.
    static let keyName = "enc.key"

    /// Segments of ours, the poster and, in trees that came from elsewhere, what HLS allows besides (RFC 8216 §3).
    private static let segmentExtensions: Set<Substring> = ["ts", "m4s", "mp4", "aac", "vtt", "jpg"]

    /// Nil where nobody may have such a file.
    init?(_ name: some StringProtocol) {
        guard Identifier(name) != nil, let dot = name.lastIndex(of: ".") else {
            guard name == "key" else { return nil }
            self = .key
            return
        }
        let suffix = Substring(name[name.index(after: dot)...])
        if name == Self.keyName {
            self = .key
        } else if suffix == "m3u8" {
            self = .playlist(String(name))
        } else if Self.segmentExtensions.contains(suffix) {
            self = .segment(String(name))
        } else {
            return nil
        }
    }

    /// The media type a player is told (RFC 8216 §4, RFC 3555).
    static func segmentType(_ name: String) -> String {
        switch name.split(separator: ".").last {
        case "ts": "video/mp2t"
        case "aac": "audio/aac"
        case "vtt": "text/vtt"
        case "jpg": "image/jpeg"
        default: "video/mp4"
        }
    }
}
