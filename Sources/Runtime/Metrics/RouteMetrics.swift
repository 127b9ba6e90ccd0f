import Domain

/// The metrics of one route, kept beside it so that counting a request looks up a status and nothing else.
package final class RouteMetrics: Sendable {
    /// The statuses that are counted by their number: those this server answers with. Others count as
    /// `other`.
    static let statuses = Set([200, 201, 202, 204] + ErrorCode.allCases.map(\.status)).sorted()

    let counts: [Int: Counter]
    let others: Counter?
    let seconds: Histogram?

    init(counts: [Int: Counter], others: Counter?, seconds: Histogram?) {
        self.counts = counts
        self.others = others
        self.seconds = seconds
    }

    /// Counts a request that was answered with `status` after `nanoseconds`.
    package func answered(_ status: Int, nanoseconds: UInt64) {
        (counts[status] ?? others)?.increment()
        seconds?.observe(Double(nanoseconds) / 1e9)
    }
}
