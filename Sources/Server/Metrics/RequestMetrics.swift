import Domain
import Metrics

/// The requests of every route; with a registry of its own, because routes are known later than what they count.
package struct RequestMetrics: Sendable {
    private struct Series: Hashable {
        let route: String
        /// Nil: any that has no series of its own.
        let status: Int?
    }

    /// The name of the route of a request that matched none.
    private static let noRoute = "none"
    /// The bounds of the histogram: a segment takes a fraction of a millisecond, an upload minutes.
    private static let bounds = [
        0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300,
    ]

    private let routes: [String: RouteMetrics]
    private let unmatched: RouteMetrics

    private let registry: MetricsRegistry

    /// - Parameter routes: every route's pattern (never a path that was asked for) and its kind.
    package init(_ routes: [(pattern: String, kind: RouteClass)]) {
        var registry = MetricsRegistry()
        let all = routes + [(Self.noRoute, .none)]
        let series = all.flatMap { route in
            (RouteMetrics.statuses + [nil]).map { Series(route: route.pattern, status: $0) }
        }
        let counters = registry.each(
            "focust_requests_total", "Requests answered, by route and status.", by: ["route", "status"],
            keys: series, values: { [$0.route, $0.status.map(String.init) ?? "other"] }, omitsUnused: true,
            Counter.init)
        let seconds = registry.each(
            "focust_request_seconds", "How long requests took to answer.", by: "class", RouteClass.self
        ) { Histogram(bounds: Self.bounds) }
        let metrics = all.map { ($0.pattern, Self.metrics(of: $0.pattern, counters, seconds[$0.kind])) }
        self.routes = Dictionary(metrics) { first, _ in first }
        self.registry = registry
        self.unmatched = Self.metrics(of: Self.noRoute, counters, seconds[.none])
    }

    /// Everything as it is now, to be sent as `Exposition.contentType`.
    package func exposition() -> [UInt8] { registry.exposition() }

    /// The metrics of the route with that pattern, or of requests that match none; look it up once for each route.
    package func route(_ pattern: String) -> RouteMetrics { routes[pattern] ?? unmatched }

    private static func metrics(
        of pattern: String, _ counters: [Series: Counter], _ seconds: Histogram?
    ) -> RouteMetrics {
        let counts = RouteMetrics.statuses.map { ($0, counters[Series(route: pattern, status: $0)]) }
        return RouteMetrics(
            counts: Dictionary(counts) { first, _ in first }.compactMapValues(\.self),
            others: counters[Series(route: pattern, status: nil)], seconds: seconds)
    }
}

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

/// What kind of route a request came to: requests of one kind take about as long.
package enum RouteClass: String, CaseIterable, Sendable {
    case token, playback, download, upload, api, operations
    /// No route at all.
    case none
}
