import Glibc
import System

/// Whose requests a unix socket takes: root's, this process's own, and those of the socket's group and owner, which is how
/// the socket says who nginx is.
///
/// The socket's mode keeps others out already, unless the sysadmin opens it; but it cannot tell nginx from the service's own
/// user, as which films are looked into.
package struct PeerRule: Sendable {
    /// The socket's file.
    private let owner: uid_t
    private let group: gid_t
    private let process: pid_t
    private let user: uid_t
    /// Whether nginx runs as our own user, as it does where one person tries the server out.
    private let isNginxOurUser: Bool

    init(owner: uid_t, group: gid_t, process: pid_t, user: uid_t, isNginxOurUser: Bool) {
        self.owner = owner
        self.group = group
        self.process = process
        self.user = user
        self.isNginxOurUser = isNginxOurUser
    }

    /// For the socket at `path`; nil where its file is not to be found. One that a service manager opened has a group for
    /// nginx, which is then not us; of one of our own that is not known.
    init?(path: String, isInherited: Bool) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(
            owner: status.st_uid, group: status.st_gid, process: getpid(), user: geteuid(),
            isNginxOurUser: !isInherited || !Self.namesOthers(status.st_gid, than: geteuid()))
    }

    /// Whether a request of `peer` is to be read; `groups` are asked for only where it depends on them.
    func permits(_ peer: Peer, groups: () -> [gid_t]) -> Bool {
        if peer.user == 0 || peer.process == process { return true }
        if peer.user == user { return isNginxOurUser }
        return peer.user == owner || peer.group == group || groups().contains(group)
    }

    /// Whether the group is there for another user: it has such a member, or is not the one that our user has anyway.
    private static func namesOthers(_ group: gid_t, than user: uid_t) -> Bool {
        guard getpwuid(user)?.pointee.pw_gid == group else { return true }
        guard var member = getgrgid(group)?.pointee.gr_mem else { return false }
        while let name = member.pointee {
            if let entry = getpwnam(name), entry.pointee.pw_uid != user { return true }
            member += 1
        }
        return false
    }
}
