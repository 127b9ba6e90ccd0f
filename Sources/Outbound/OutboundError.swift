/// A request that got no answer: libcurl's code, what was being done, and libcurl's words.
///
/// May be logged and stored: it names hosts and ports, never a path, query, header value or body.
package struct OutboundError: Error, Equatable, Sendable, CustomStringConvertible {
    package let code: CurlCode
    /// The function that failed: "perform", "setopt", "request", …
    package let operation: String
    package let detail: String
    /// The host led to an address that the policy refuses, and to no other.
    package let isAddressRefused: Bool

    init(_ code: CurlCode, operation: String, detail: String = "", isAddressRefused: Bool = false) {
        self.code = code
        self.operation = operation
        self.detail = detail
        self.isAddressRefused = isAddressRefused
    }

    /// No whole answer within the time allowed.
    package var isTimeout: Bool { code == .timedOut }

    /// The process stops.
    package var isStopped: Bool { code == .aborted }

    /// What happened, without naming anybody.
    package var summary: String {
        isAddressRefused ? "The host's address is not a public one" : code.text
    }

    package var description: String {
        if isAddressRefused { return "\(operation): \(summary)" }
        return "\(operation): \(detail.isEmpty ? code.text : detail) (\(code.rawValue))"
    }
}
