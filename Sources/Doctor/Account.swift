import Glibc

/// A user with all of its groups, as the kernel would judge it.
package struct Account {
    let name: String
    let user: uid_t
    let groups: Set<gid_t>

    /// The same user with other groups, as a process of its may have.
    func with(groups: Set<gid_t>) -> Account { Account(name: name, user: user, groups: groups) }

    private init(name: String, user: uid_t, groups: Set<gid_t>) {
        self.name = name
        self.user = user
        self.groups = groups
    }

    /// Nil where there is no such user. `group` is the one it runs with besides those of the group file.
    init?(name: String, group: String? = nil) {
        guard let entry = getpwnam(name) else { return nil }
        let user = entry.pointee.pw_uid
        var primary = entry.pointee.pw_gid
        if let group {
            guard let entry = getgrnam(group) else { return nil }
            primary = entry.pointee.gr_gid
        }
        var groups = [gid_t](repeating: 0, count: 1024)
        var count = Int32(groups.count)
        guard getgrouplist(name, primary, &groups, &count) >= 0 else { return nil }
        self.name = name
        self.user = user
        self.groups = Set(groups[..<Int(count)])
    }

    /// A user of this machine who is in none of its groups.
    static let anybody = Account(name: "anybody", user: .max, groups: [])

    /// The name of a user id; the number where it has none.
    package static func name(of user: uid_t) -> String {
        getpwuid(user).flatMap { $0.pointee.pw_name }.map { String(cString: $0) } ?? "\(user)"
    }

    /// Whether this user may do that to `path`, and if not, at which part of it the way ends.
    ///
    /// By owner, groups and modes alone; lists of access rights (acl(5)) are not looked at.
    func access(_ path: String, _ right: Right) -> Verdict {
        var parent = ""
        for part in path.split(separator: "/").dropLast() {
            parent += "/\(part)"
            guard let status = Self.status(parent) else { return .missing(parent) }
            guard has(.pass, status) else { return .refused(at: parent) }
        }
        guard let status = Self.status(path) else { return .missing(path) }
        return has(right, status) ? .granted : .refused(at: path)
    }

    private func has(_ right: Right, _ status: stat) -> Bool {
        guard user != 0 else { return true }
        let shift: mode_t = user == status.st_uid ? 6 : groups.contains(status.st_gid) ? 3 : 0
        return status.st_mode >> shift & right.rawValue != 0
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    enum Right: mode_t {
        case read = 4
        /// A socket is connected to by who may write it (unix(7)).
        case write = 2
        /// Through a directory.
        case pass = 1
    }

    enum Verdict: Equatable {
        case granted
        case refused(at: String)
        /// Nothing lies there, or this process may not look.
        case missing(String)
    }
}
