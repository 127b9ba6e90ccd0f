import Domain

/// A stored callback and how its delivery stands.
package struct Callback: Equatable, Sendable {
    /// Whether it is still to be sent.
    package enum Status: String, Sendable {
        case pending
        case delivered
        /// Given up after too long.
        case abandoned
    }

    /// Sent as `webhook-id`, the same at every attempt.
    package let id: String
    package let task: TaskID
    package let url: String
    package let body: [UInt8]
    package let status: Status
    package let createdAt: Timestamp
    /// When it is due, or free again should its present sender die.
    package let nextAttempt: Timestamp
    /// Attempts begun.
    package let attempts: Int
    /// The HTTP status of the last answer; nil where there was none.
    package let lastStatus: Int?
    package let lastError: String?
    package let deliveredAt: Timestamp?

    package init(
        id: String, task: TaskID, url: String, body: [UInt8], status: Status, createdAt: Timestamp,
        nextAttempt: Timestamp, attempts: Int, lastStatus: Int?, lastError: String?, deliveredAt: Timestamp?
    ) {
        self.id = id
        self.task = task
        self.url = url
        self.body = body
        self.status = status
        self.createdAt = createdAt
        self.nextAttempt = nextAttempt
        self.attempts = attempts
        self.lastStatus = lastStatus
        self.lastError = lastError
        self.deliveredAt = deliveredAt
    }
}
