import Domain

/// What a request was answered that its client may send again, and by what it is known when it comes again.
package struct Receipt: Equatable, Sendable {
    /// Of the caller and the key that the caller gave it; no other request has it.
    package let id: String
    /// What was asked for: a repetition asks for the same.
    package let request: String
    package let answer: String
    /// From then on the id is free again.
    package let expiresAt: Timestamp

    package init(id: String, request: String, answer: String, expiresAt: Timestamp) {
        self.id = id
        self.request = request
        self.answer = answer
        self.expiresAt = expiresAt
    }
}
