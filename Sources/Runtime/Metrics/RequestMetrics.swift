import Domain

/// The requests of every route.
struct RequestMetrics: Sendable {
    private struct Series: Hashable {
        let route: String
        /// Nil: any that has no series of its own.
        let status: Int?
    }

    /// The name of the route of a request that matched none.
    private static let noRoute = "none"

    private let routes: [String: RouteMetrics]
    private let unmatched: RouteMetrics

    init(_ routes: [(pattern: String, kind: RouteClass)], _ registry: inout MetricsRegistry) {
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
        ) { Histogram(bounds: MetricBounds.requestSeconds) }
        let metrics = all.map { ($0.pattern, Self.metrics(of: $0.pattern, counters, seconds[$0.kind])) }
        self.routes = Dictionary(metrics) { first, _ in first }
        self.unmatched = Self.metrics(of: Self.noRoute, counters, seconds[.none])
    }

    /// The metrics of the route with that pattern; those of no route where there is none.
    func route(_ pattern: String) -> RouteMetrics { routes[pattern] ?? unmatched }

    private static func metrics(
        of pattern: String, _ counters: [Series: Counter], _ seconds: Histogram?
    ) -> RouteMetrics {
        let counts = RouteMetrics.statuses.map { ($0, counters[Series(route: pattern, status: $0)]) }
        return RouteMetrics(
            counts: Dictionary(counts) { first, _ in first }.compactMapValues(\.self),
            others: counters[Series(route: pattern, status: nil)], seconds: seconds)
    }
}
