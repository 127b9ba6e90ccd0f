/// A request as it came over the wire.
package struct ReceivedRequest: Sendable {
    package let method: String
    /// Path and query.
    package let target: String
    /// Names in lower case.
    package let headers: [String: String]
    package let body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// What a test wants answered.
package enum HTTPReply: Sendable {
    case status(Int, headers: [String] = [], body: String = "")
    /// Keeps the connection open and says nothing.
    case silence
    /// Says 200, then one byte of a body now and then, without end.
    case drip
    /// Closes without an answer.
    case hangUp
}
