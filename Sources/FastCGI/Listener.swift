import CLinux
import Glibc
import System

/// A listening socket that several threads accept from.
///
/// It does not block: a thread learns from epoll that somebody is there, and another may have been quicker.
package final class Listener: Sendable {
    /// How many connections may wait to be accepted; the kernel caps it at net.core.somaxconn.
    private static let backlog: Int32 = 4096

    package let descriptor: Int32
    /// Nil for a socket that somebody else opened, and whose file is theirs.
    private let address: ListenAddress?
    /// Whose requests are read; nil for a port, of which the kernel does not know who connects: each user of this machine
    /// may.
    let peers: PeerRule?

    /// Opens `address`. A unix socket gets mode 0660, so that nginx's group reaches it and others do not; one that
    /// a dead process left behind is replaced, one that answers belongs to somebody and is an error (EADDRINUSE).
    package init(_ address: ListenAddress) throws(SystemError) {
        self.address = address
        switch address {
        case .unix(let path):
            descriptor = try Self.listen(path: path)
            peers = try Self.peers(path, isInherited: false)
        case .loopback(let port):
            descriptor = try Self.listen(port: port)
            peers = nil
        }
    }

    /// Takes over a listening socket that the service manager opened: a unix socket, or one of the loopback.
    package init(inherited descriptor: Int32) throws(SystemError) {
        var isListening: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size) == 0 else {
            throw .last("getsockopt", "inherited socket \(descriptor)")
        }
        let flags = focust_get_status_flags(descriptor)
        guard isListening == 1, flags >= 0, focust_set_status_flags(descriptor, flags | O_NONBLOCK) == 0
        else {
            throw SystemError(code: EINVAL, operation: "listen", subject: "inherited socket \(descriptor)")
        }
        guard let name = SocketName(of: descriptor) else {
            throw SystemError(
                code: EADDRNOTAVAIL, operation: "listen",
                subject: "inherited socket \(descriptor), not of the loopback")
        }
        self.descriptor = descriptor
        self.address = nil
        peers = try name.path.map { (path) throws(SystemError) in try Self.peers(path, isInherited: true) }
    }

    /// Throws for a socket without a file, or whose file is gone: nothing says then whose requests it is for.
    private static func peers(_ path: String, isInherited: Bool) throws(SystemError) -> PeerRule {
        guard let rule = PeerRule(path: path, isInherited: isInherited) else {
            throw SystemError(code: ENOENT, operation: "stat", subject: "socket \(path)")
        }
        return rule
    }

    deinit { close(descriptor) }

    /// Removes the socket's file, so that nginx says "no such file" and not "connection refused".
    package func removeFile() {
        if case .unix(let path) = address { unlink(path) }
    }

    private static func listen(path: String) throws(SystemError) -> Int32 {
        try removeStaleSocket(path)
        let descriptor = try open(AF_UNIX, path)
        // The file appears with bind(2): no moment may pass in which others could connect.
        let mask = umask(0o117)
        let bound = UnixAddress.with(path) { Glibc.bind(descriptor, $0, $1) }
        umask(mask)
        return try finish(descriptor, bound: bound, path)
    }

    private static func listen(port: UInt16) throws(SystemError) -> Int32 {
        let name = "127.0.0.1:\(port)"
        let descriptor = try open(AF_INET, name)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return try finish(descriptor, bound: bound, name)
    }

    private static func open(_ family: Int32, _ name: String) throws(SystemError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw .last("socket", name) }
        return descriptor
    }

    private static func finish(_ descriptor: Int32, bound: Int32, _ name: String) throws(SystemError) -> Int32
    {
        guard bound == 0, Glibc.listen(descriptor, backlog) == 0 else {
            let error = SystemError.last(bound == 0 ? "listen" : "bind", name)
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func removeStaleSocket(_ path: String) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw SystemError(code: EEXIST, operation: "bind", subject: path)
        }
        let probe = try open(AF_UNIX, path)
        defer { close(probe) }
        // EAGAIN: somebody listens, with a full backlog.
        if UnixAddress.with(path, { connect(probe, $0, $1) }) == 0 || errno == EAGAIN {
            throw SystemError(code: EADDRINUSE, operation: "bind", subject: path)
        }
        unlink(path)
    }
}
