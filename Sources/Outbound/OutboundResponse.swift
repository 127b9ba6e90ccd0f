/// What the other server answered.
package struct OutboundResponse: Equatable, Sendable {
    /// The HTTP status.
    package let status: Int
    /// At most as many bytes as the client takes; the rest was not read.
    package let body: [UInt8]
    /// Seconds asked for by `Retry-After` (RFC 9110 §10.2.3); nil where there was none.
    package let retryAfter: Int?

    package var isSuccess: Bool { (200..<300).contains(status) }
}
