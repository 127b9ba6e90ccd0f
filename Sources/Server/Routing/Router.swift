import Domain
import Formats
import System

/// Finds the route of a raw path.
struct Router: Sendable {
    /// The longest path that is looked at, in bytes; nginx refuses longer request lines before.
    private static let maxPathBytes = 4096

    /// What a path and method lead to.
    enum Match {
        case route(Entry, PathParameters)
        /// Some route has this path, with these methods.
        case methods([HTTPMethod])
        case nothing
    }

    /// A route, and where its requests are counted.
    struct Entry: Sendable {
        let route: Route
        let metrics: RouteMetrics
    }

    /// By the number of segments.
    private let entries: [[Entry]]

    init(_ routes: [Route], metrics: (Route) -> RouteMetrics) {
        let most = routes.lazy.map(\.pattern.count).max() ?? 0
        entries = (0...most).map { count in
            routes.filter { $0.pattern.count == count }.map { Entry(route: $0, metrics: metrics($0)) }
        }
    }

    func match(_ method: HTTPMethod?, _ path: String) -> Match {
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.count <= Self.maxPathBytes else {
            return .nothing
        }
        let segments = Self.segments(of: path)
        var methods: [HTTPMethod] = []
        guard segments.count < entries.count else { return .nothing }
        for entry in entries[segments.count] {
            guard let parameters = entry.route.pattern.match(segments) else { continue }
            if let method, entry.route.methods.contains(method) { return .route(entry, parameters) }
            methods += entry.route.methods
        }
        return methods.isEmpty ? .nothing : .methods(methods)
    }

    /// What stands between the slashes, the first one left out. One pass and one array, where a split and a map
    /// made two.
    private static func segments(of path: String) -> [Substring] {
        var segments: [Substring] = []
        segments.reserveCapacity(8)
        // By bytes: to Swift a slash and a combining mark are one character that is no slash.
        let (view, bytes) = (path.utf8, path.utf8.span)
        var start = 1
        for index in 1..<bytes.count where bytes[index] == UInt8(ascii: "/") {
            segments.append(Substring(view.dropFirst(start).prefix(index - start)))
            start = index + 1
        }
        segments.append(Substring(view.dropFirst(start)))
        return segments
    }
}
