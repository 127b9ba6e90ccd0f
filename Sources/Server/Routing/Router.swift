import Domain
import Formats

/// Finds the route of a raw path.
struct Router: Sendable {
    /// The longest path that is looked at, in bytes; nginx refuses longer request lines before.
    private static let maxPathBytes = 4096

    /// What a path and method lead to.
    enum Match {
        case route(Route, PathParameters)
        /// Some route has this path, with these methods.
        case methods([HTTPMethod])
        case nothing
    }

    private let routes: [Int: [Route]]

    init(_ routes: [Route]) {
        self.routes = Dictionary(grouping: routes) { $0.pattern.count }
    }

    func match(_ method: HTTPMethod?, _ path: String) -> Match {
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.count <= Self.maxPathBytes else {
            return .nothing
        }
        let segments = Self.segments(of: path)
        var methods: [HTTPMethod] = []
        for route in routes[segments.count] ?? [] {
            guard let parameters = route.pattern.match(segments) else { continue }
            if let method, route.methods.contains(method) { return .route(route, parameters) }
            methods += route.methods
        }
        return methods.isEmpty ? .nothing : .methods(methods)
    }

    /// What stands between the slashes, the first one left out. One pass and one array, where a split and a map
    /// made two.
    private static func segments(of path: String) -> [Substring] {
        var segments: [Substring] = []
        segments.reserveCapacity(8)
        // By bytes: to Swift a slash and a combining mark are one character that is no slash.
        let bytes = path.utf8
        var start = bytes.index(after: bytes.startIndex)
        var index = start
        while index < bytes.endIndex {
            let next = bytes.index(after: index)
            if bytes[index] == UInt8(ascii: "/") {
                segments.append(path[start..<index])
                start = next
            }
            index = next
        }
        segments.append(path[start...])
        return segments
    }
}
