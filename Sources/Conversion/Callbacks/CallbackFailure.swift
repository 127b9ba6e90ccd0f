/// Why an attempt to deliver a callback failed.
struct CallbackFailure: Equatable, Sendable {
    /// The HTTP status; nil where there was no answer.
    let status: Int?
    /// For the task, which a trainer's browser may read too: names no host.
    let summary: String
    /// For the log.
    let cause: String
    /// Seconds, where the receiver asked for it.
    let retryAfter: Int?
}
