import Files
import Formats
import MediaProtocol

/// What a converter has left in its directory, believed no more than its replies: a film that took it over writes there
/// what it likes. What is published is written by this process, from durations within limits.
struct ConverterOutput {
    /// The longest lesson; a grant to play one lives as long.
    static let longest = Duration.seconds(86_400)
    /// Segments are called so by their numbers.
    static func segmentName(_ number: Int) -> String {
        let digits = String(number)
        return "segment_" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + ".ts"
    }

    /// To be published in the place of what is there.
    let playlist: [UInt8]
    /// Seconds: the sum of its `EXTINF`.
    let duration: Double

    /// Looks at `staging`. Throws `MediaError` where anything is there that a lesson has not, or lacks.
    init(_ staging: borrowing StagingDirectory) throws {
        guard let names = try staging.fileNames(), names.contains("output.m3u8"),
            let playlist = MediaPlaylist(
                reading: try staging.readPlaylist(), keyName: "enc.key", limit: Self.longest,
                name: Self.segmentName),
            names.subtracting(playlist.segments.map(\.name)).isSubset(of: ["output.m3u8", "poster.jpg"]),
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
