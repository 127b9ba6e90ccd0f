import Crypto
import Database
import Domain

extension NewJob {
    /// A job that makes the further renditions of a published lesson.
    /// - Parameters:
    ///   - source: the lesson's original, relative to the data directory; where it is gone, the lesson's own segments do.
    ///   - duration: seconds that the video lasts.
    ///   - film: the size of what they are made of.
    package init(
        renditionsOf location: LessonLocation, source: String, filename: Filename, ladder: Ladder,
        duration: Double, film: ByteCount, successCallbackURL: String? = nil
    ) {
        self.init(
            id: TaskID(random: SecureRandom.pair()), kind: .renditions, location: location,
            filename: filename,
            sourcePath: source, bytes: ladder.bytes(duration: duration, film: film),
            successCallbackURL: successCallbackURL)
    }
}

extension Ladder {
    /// Bits per second of sound, at most, and what a transport stream adds to a rendition.
    private static let others = 200_000

    /// What the renditions of so many seconds of video take at most, a best one that replaces a copy among them. No more
    /// than twice the film: what has few bits, as slides have, has few at each size.
    func bytes(duration: Double, film: ByteCount) -> ByteCount {
        let rates = rungs.map(\.maxBitrate) + [maxBitrate]
        let total = rates.reduce(0) { $0 + $1 + Self.others }
        let most = Int(min(duration, Double(LessonFile.longestSeconds)) * Double(total) / 8)
        return ByteCount(min(most, film.bytes.multipliedReportingOverflow(by: 2).partialValue))
    }
}
