import Domain
import Metrics

/// What the server counts besides its requests: a call is a lookup in a table made at start and an atomic addition.
package struct ServerMetrics: Sendable {
    private let refusals: [ErrorCode: Counter]
    private let tokens: [TokenOutcome: Counter]
    /// The one that every segment counts, without a look into the table.
    private let acceptedTokens: Counter?
    private let uploadedBytes: Counter

    package init(_ registry: inout MetricsRegistry) {
        refusals = registry.each(
            "focust_refusals_total", "Requests refused, by error.", by: "code", ErrorCode.self, Counter.init)
        tokens = registry.each(
            "focust_token_verifications_total", "Media tokens judged.", by: "result", TokenOutcome.self,
            Counter.init)
        acceptedTokens = tokens[.accepted]
        uploadedBytes = registry.one("focust_upload_bytes_total", "Bytes of uploads read.", Counter.init)
    }

    package func refused(_ code: ErrorCode) { refusals[code]?.increment() }

    package func tokenJudged(_ outcome: TokenOutcome) {
        (outcome == .accepted ? acceptedTokens : tokens[outcome])?.increment()
    }

    package func uploaded(bytes: Int) { uploadedBytes.increment(by: bytes) }
}

/// What became of a token that was judged.
package enum TokenOutcome: String, CaseIterable, Sendable {
    case accepted, invalid, expired, revoked
    /// Good, but for something else.
    case mismatch
}
