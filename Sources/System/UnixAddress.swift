import Glibc

/// Addresses of unix sockets, unix(7).
package enum UnixAddress {
    /// Calls `body` with the address of a socket: its path, or its name after a `@` in the abstract namespace, which
    /// begins with a zero byte and ends with its length.
    package static func with<Result>(
        _ name: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = name.hasPrefix("@")
        var length = MemoryLayout<sockaddr_un>.size
        withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            bytes.copyBytes(from: name.utf8.prefix(bytes.count - 1))
            guard isAbstract else { return }
            bytes[0] = 0
            length -= bytes.count - min(name.utf8.count, bytes.count - 1)
        }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }
}
