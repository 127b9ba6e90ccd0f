/// Why a request is not served: the one error that handlers throw, and the body the client reads.
package struct Refusal: Error, Equatable, Sendable {
    package let code: ErrorCode
    /// For people; may change. Names what was wrong and never repeats a token, key or secret.
    package let message: Message
    /// The form field, query parameter or path part at fault.
    package var field: String?
    /// Seconds, sent as `Retry-After`.
    package var retryAfter: Int?
    /// The limit that was passed, in bytes.
    package var limit: ByteCount?
    /// The methods that would have been allowed, sent as `Allow`.
    package var allow: [String] = []
    /// What happened underneath, for the log alone; may name paths, never a secret.
    package var cause: String?
    /// Whose request it was, for the log alone: the user of a token that a key of ours signed, or who a token was asked for.
    package var user: String?
    /// The id of that token.
    package var tokenID: String?
    /// The conversion a lesson waits for, or the one that failed.
    package var task: TaskState?

    /// What a refusal tells about a conversion task.
    package struct TaskState: Equatable, Sendable {
        package let id: String
        /// Nil where the code says it already (`conversion_failed`).
        package let status: String?
        /// 0 to 1.
        package let progress: Double?

        package init(id: String, status: String? = nil, progress: Double? = nil) {
            self.id = id
            self.status = status
            self.progress = progress
        }
    }

    package init(_ code: ErrorCode, _ message: Message, field: String? = nil, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.field = field
        self.retryAfter = retryAfter
    }
}
