import Domain
import Files
import Formats

/// How long a lesson that is replaced is kept for those who watch it: until the last token or grant that opens it has
/// ended. Tokens are not counted: the longest life that the settings allow is taken.
package struct Keeping: Sendable {
    /// Seconds, at most; 0: not at all.
    let limit: Int
    /// Seconds that a token may live.
    private let maxTTL: Int
    /// Seconds that a playlist's grant outlives the video.
    private let grantMargin: Int

    package init(limit: Int, maxTTL: Int, grantMargin: Int) {
        self.limit = limit
        self.maxTTL = maxTTL
        self.grantMargin = grantMargin
    }

    /// Of a lesson that is replaced `now`. A multivariant playlist does not say how long the video is, but each of its
    /// renditions' does.
    func retirement(of lesson: borrowing LessonDirectory, now: Timestamp) throws(FileError) -> Retirement {
        let names = [LessonFile.playlist] + (try lesson.namedRenditions()).sorted().map(\.playlist)
        for name in names {
            guard let playlist = try lesson.read(name), PlaylistFacts.duration(of: playlist) ?? .zero > .zero
            else { continue }
            return retirement(of: playlist, now: now)
        }
        return retirement(of: [], now: now)
    }

    /// Of a lesson with this main playlist, replaced `now`. A playlist that does not say how long its video is may belong to
    /// the longest.
    func retirement(of playlist: [UInt8], now: Timestamp) -> Retirement {
        let duration = PlaylistFacts.duration(of: playlist) ?? .zero
        let video =
            duration > .zero
            ? min(Int(duration.components.seconds) + 1, LessonFile.longestSeconds) : LessonFile.longestSeconds
        return Retirement(time: now.seconds, tokenLife: max(maxTTL, video) + grantMargin)
    }
}
