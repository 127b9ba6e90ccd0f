import CLinux
import Glibc

/// Who connected to a unix socket, as the kernel noted it (SO_PEERCRED, unix(7)).
struct Peer: Equatable {
    /// More than any service has.
    private static let maxGroups = 1024

    let process: pid_t
    let user: uid_t
    let group: gid_t

    /// Nil for a socket that does not know.
    init?(of connection: Int32) {
        var peer = focust_peer()
        // User -1: what a TCP socket answers.
        guard focust_peer(connection, &peer) == 0, peer.user != .max else { return nil }
        process = peer.process
        user = peer.user
        group = peer.group
    }

    init(process: pid_t, user: uid_t, group: gid_t) {
        self.process = process
        self.user = user
        self.group = group
    }

    /// The groups it had besides its own when it connected; none where there are too many to be nginx's.
    static func groups(of connection: Int32) -> [gid_t] {
        var groups = [gid_t](repeating: 0, count: maxGroups)
        let count = focust_peer_groups(connection, &groups, Int32(maxGroups))
        return Array(groups.prefix(max(0, Int(count))))
    }
}
