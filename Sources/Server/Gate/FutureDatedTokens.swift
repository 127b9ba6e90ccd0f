import Synchronization
import Tokens

/// Remembers which tokens were dated later than they were issued, so that the next revocation reaches them too.
///
/// Dates have whole seconds: a token issued in the second of a revocation is dated one later to escape it, and would
/// escape a second revocation in the same second as well.
final class FutureDatedTokens: Sendable {
    /// The latest date given to a token about a subject, seconds since 1970.
    private let dates = Mutex<[RevocationList.Subject: Int]>([:])

    /// Notes that a token about all of `subjects` is dated `second`. What is no longer ahead of `now` is forgotten.
    func note(_ subjects: [RevocationList.Subject], dated second: Int, now: Int) {
        guard second > now else { return }
        dates.withLock { dates in
            dates = dates.filter { $0.value > now }
            for subject in subjects { dates[subject] = max(second, dates[subject] ?? 0) }
        }
    }

    /// The second up to which a revocation of `subject` must reach to void all tokens issued until `now`.
    func reach(of subject: RevocationList.Subject, now: Int) -> Int {
        dates.withLock { max(now, $0[subject] ?? now) }
    }
}
