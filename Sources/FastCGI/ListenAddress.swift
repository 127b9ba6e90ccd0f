/// Where nginx reaches this process: a unix socket's path, or a loopback address and port.
package enum ListenAddress: Equatable, Sendable, CustomStringConvertible {
    case unix(path: String)
    case loopback(port: UInt16)

    /// sun_path of sockaddr_un (unix(7)) holds 108 bytes, the last one NUL.
    package static let maxPathBytes = 107

    /// Nil unless `text` is an absolute path of at most 107 bytes, or `127.0.0.1:` and a port.
    package init?(_ text: String) {
        if text.hasPrefix("/") {
            guard text.utf8.count <= Self.maxPathBytes else { return nil }
            self = .unix(path: text)
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "127.0.0.1" || parts[0] == "localhost",
            let port = UInt16(parts[1]), port > 0
        else { return nil }
        self = .loopback(port: port)
    }

    package var description: String {
        switch self {
        case .unix(let path): path
        case .loopback(let port): "127.0.0.1:\(port)"
        }
    }
}
