import CLinux
import Glibc

/// Where one thread takes connections: lets in whom the listener's rule permits, and closes the door on others before
/// anything of theirs is read.
struct Door {
    enum Arrival {
        case connection(Int32)
        /// One that was closed at once.
        case stranger(Peer)
        case nobody
        /// errno.
        case failed(Int32)
    }

    private let listener: Listener
    /// Who was let in last: nearly always the same process of nginx.
    private var known: Peer?

    init(_ listener: Listener) {
        self.listener = listener
    }

    /// The next connection that waits at the listener.
    mutating func next() -> Arrival {
        let connection = focust_accept(listener.descriptor)
        guard connection >= 0 else {
            // It went away while it waited (accept(2)), or another thread was quicker.
            let isNobody = [EAGAIN, EWOULDBLOCK, ECONNABORTED, EINTR].contains(errno)
            return isNobody ? .nobody : .failed(errno)
        }
        guard let rule = listener.peers else { return .connection(connection) }
        guard let peer = Peer(of: connection) else {
            let code = errno
            close(connection)
            return .failed(code)
        }
        if peer != known {
            guard rule.permits(peer, groups: { Peer.groups(of: connection) }) else {
                close(connection)
                return .stranger(peer)
            }
            known = peer
        }
        return .connection(connection)
    }
}
