/// Where a conversion job stands; the raw values are those of the table and of the public interface.
package enum JobStatus: String, CaseIterable, Sendable {
    /// Waiting for a worker, or for the end of a pause after a failed attempt.
    case queued
    /// Leased by a worker.
    case processing
    /// Published.
    case completed
    /// Given up; the job says why.
    case failed
    /// Made pointless by a newer upload of the same lesson, or by the lesson's deletion.
    case superseded

    /// True where nothing will happen to the job any more, short of a retry by hand.
    package var isEnd: Bool {
        switch self {
        case .queued, .processing: false
        case .completed, .failed, .superseded: true
        }
    }
}
