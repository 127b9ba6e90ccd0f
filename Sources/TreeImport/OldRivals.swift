/// Of several files for one seat, the one that takes it.
///
/// A second upload under another name left the first one's original in the old tree; and the names of two files may be
/// one to clients, composed and decomposed.
struct OldRivals {
    /// Why another one is taken, by the path of the one that is not: in bytes, because to String the composed and the
    /// decomposed name are one.
    private let reasons: [[UInt8]: String]

    /// `converted` tells by seat when the lesson was converted whose original is looked for. What has its seat in the new
    /// tree already, `isSeated` says of a file, keeps it, and then there is nothing to choose.
    init<Failure>(
        _ files: [OldFile], converted: [String: Int], isSeated: (OldFile) throws(Failure) -> Bool
    ) throws(Failure) {
        var reasons: [[UInt8]: String] = [:]
        for (seat, rivals) in Dictionary(grouping: files, by: \.seat) where rivals.count > 1 {
            guard try !isSeated(rivals[0]) else { continue }
            let (winner, why) = Self.winner(of: rivals, converted: converted[seat])
            for loser in rivals where !loser.path.utf8.elementsEqual(winner.path.utf8) {
                reasons[Array(loser.path.utf8)] = "\(winner.path) is taken in its place: \(why)"
            }
        }
        self.reasons = reasons
    }

    func reasonAgainst(_ file: OldFile) -> String? { reasons[Array(file.path.utf8)] }

    /// The old server kept an original before it began to convert it, so that the lesson was made of the newest one that
    /// is older than the playlist. Later ones were never converted.
    private static func winner(of rivals: [OldFile], converted: Int?) -> (file: OldFile, why: String) {
        let newestFirst = rivals.sorted { ($1.changedAt, $1.path) < ($0.changedAt, $0.path) }
        if let converted, let file = newestFirst.first(where: { $0.changedAt <= converted }) {
            return (file, "the lesson was made of it")
        }
        return (newestFirst[0], "it is newer")
    }
}
