import Domain
import Files
import Formats
import MediaProtocol

/// What a converter has left in the directory for a lesson's renditions, believed no more than its replies. Playlists are
/// written by this process, from durations within limits.
struct RenditionOutput {
    /// Playlists and segments to be published.
    let files: Set<String>
    /// The renditions that were made.
    let keys: [RenditionName]
    /// The lesson's new main playlist.
    let playlist: [UInt8]
    /// `renditions.json`.
    let facts: [UInt8]

    /// Looks at the directory. `before` is what was known of the lesson's renditions; nil where nothing was.
    /// Throws `MediaError` where a file is missing of what `result` names, or is no plain file.
    init(
        _ work: borrowing RenditionWork, _ result: RenditionsResult, before: RenditionFacts?, now: Timestamp
    ) throws {
        guard
            let facts = RenditionFacts(
                duration: result.duration, renditions: result.renditions,
                retired: result.firstGivesWay ? (before?.renditions.filter { $0.name == .first } ?? []) : [],
                since: now),
            let names = try work.fileNames()
        else { throw Self.damaged("the renditions or their files cannot be") }
        var files: Set<String> = []
        keys = result.renditions.map(\.name).filter { $0 != .first }
        for name in keys {
            guard names.contains(name.playlist),
                let playlist = MediaPlaylist(
                    reading: try work.readPlaylist(of: name), keyName: name.key,
                    limit: .seconds(LessonFile.longestSeconds), name: name.segment),
                playlist.segments.allSatisfy({ names.contains($0.name) })
            else { throw Self.damaged("\(name)") }
            try work.replacePlaylist(of: name, with: playlist.serialized())
            files.formUnion(playlist.segments.map(\.name) + [name.playlist])
        }
        self.files = files
        self.facts = facts.serialized()
        playlist = MultivariantPlaylist(result.renditions).serialized()
    }

    private static func damaged(_ what: String) -> MediaError {
        MediaError(
            .invalidOutput, "The renditions of the video are damaged.",
            operation: "look at the converter's files: \(what)", rule: "files and playlists of renditions")
    }
}
