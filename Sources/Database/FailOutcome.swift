/// What became of a job whose attempt failed.
package enum FailOutcome: Equatable, Sendable {
    /// It waits for another attempt.
    case willRetry
    /// It has ended, failed or superseded, as the job says; the upload is not needed any more.
    case ended(Job)
    /// It was not the worker's any more; nothing was changed.
    case lost
}
