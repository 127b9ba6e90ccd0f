/// A message about a job's end, to be stored with it and delivered at least once.
package struct NewCallback: Equatable, Sendable {
    /// Sent as `webhook-id`, the same at every retry, so that the receiver can drop repetitions.
    package let id: String
    package let url: String
    /// The request's body, byte for byte; signed anew at each attempt.
    package let body: [UInt8]

    package init(id: String, url: String, body: [UInt8]) {
        self.id = id
        self.url = url
        self.body = body
    }
}
