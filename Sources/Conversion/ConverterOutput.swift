import Domain
import Files
import Formats
import MediaProtocol

/// What a converter has left in its directory, believed no more than its replies: a film that took it over writes there
/// what it likes. What is published is written by this process, from durations within limits.
struct ConverterOutput {
    /// To be published in the place of what is there.
    let playlist: [UInt8]
    /// Seconds: the sum of its `EXTINF`.
    let duration: Double

    /// Looks at `staging`. Throws `MediaError` where anything is there that a lesson has not, or lacks.
    init(_ staging: borrowing StagingDirectory) throws {
        guard let names = try staging.fileNames(), names.contains(LessonFile.playlist),
            let playlist = MediaPlaylist(
                reading: try staging.readPlaylist(), keyName: LessonFile.key,
                limit: .seconds(LessonFile.longestSeconds), name: LessonFile.segment),
            names.subtracting(playlist.segments.map(\.name)).isSubset(of: [
                LessonFile.playlist, LessonFile.poster,
            ]),
            playlist.segments.allSatisfy({ names.contains($0.name) })
        else {
            throw MediaError(
                .invalidOutput, "The converted video is damaged.", operation: "look at the converter's files",
                rule: "files and playlist of a lesson")
        }
        self.playlist = playlist.serialized()
        duration = playlist.duration / .seconds(1)
    }
}
