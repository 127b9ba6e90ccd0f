import Domain
import Glibc
import Settings

/// What nginx's user reaches: the sockets and what is served; and what it must not: keys, state, secrets.
///
/// Judged for that user, by walking each path, whoever runs this.
struct ReachCheck {
    /// So many entries of a tree are looked at for an example of a file.
    private static let maxEntries = 2000

    let settings: Settings
    let configuration: NginxConfiguration

    func findings() -> [Finding] {
        guard let nginx = Account(name: configuration.user, group: configuration.group) else {
            return [
                Finding(
                    .problem, "nginx's user", "\(configuration.user) does not exist",
                    advice: "Set `user` in nginx.conf to a user of this machine.")
            ]
        }
        guard nginx.user != 0 else {
            return [
                Finding(
                    .warning, "nginx's user", "is root: it reads keys and secrets too",
                    advice: "Set `user www-data;` in nginx.conf.")
            ]
        }
        let open = unreached(nginx) + [notYetReached(nginx)].compactMap(\.self)
        let closed = forbidden.compactMap { path, right in hide(nginx, path, right) }
        guard open.isEmpty && closed.isEmpty else { return open + closed }
        return [
            Finding(
                .good, "nginx's user",
                "\(nginx.name) reaches the sockets and what is served, and neither keys nor state nor secrets"
            )
        ]
    }

    /// Directories, and an example of the files in them.
    private var wanted: [(String, Account.Right)] {
        let data = settings.dataDirectory
        let served = StoredFile.served.map { "\(data)/\($0)" }
        let sockets = [settings.listen, settings.uploadListen].filter { $0.hasPrefix("/") }
        return sockets.map { ($0, .write) } + served.map { ($0, .pass) }
            + [example("\(data)/hls", ".ts"), example("\(data)/originals", "")].compactMap(\.self).map {
                ($0, .read)
            }
    }

    private var forbidden: [(String, Account.Right)] {
        let data = settings.dataDirectory
        let keys = [example("\(data)/\(StoredFile.lessons)", LessonFile.key)].compactMap(\.self)
        let folder = "\(data)/\(StoredFile.state)"
        let state = ["\(folder)/focust.db"].map { ($0, Account.Right.read) } + [(folder, .pass)]
        return keys.map { ($0, .read) } + state + SecretFiles.all().map { ($0, .read) }
            + ([data] + StoredFile.served.map { "\(data)/\($0)" }).map {
                ($0, .write)
            }
    }

    /// One for each place that stops nginx, however many paths lie behind it.
    private func unreached(_ nginx: Account) -> [Finding] {
        var counts: [String: Int] = [:]
        var stopped: [(place: String, path: String)] = []
        for (path, right) in wanted {
            guard case .refused(let place) = nginx.access(path, right) else { continue }
            counts[place, default: 0] += 1
            if counts[place] == 1 { stopped.append((place, path)) }
        }
        return stopped.map { place, path in
            let more = counts[place].map { $0 > 1 ? ", and to \($0 - 1) more paths" : "" } ?? ""
            return Finding(
                .problem, path, "\(nginx.name), nginx's user, does not get there\(more): \(place) stops it",
                advice: cure(nginx, place))
        }
    }

    /// What nginx's user may reach, and the nginx that runs may not, since it is older than a group of its user's.
    private func notYetReached(_ nginx: Account) -> Finding? {
        guard let groups = RunningNginx.groups(configuration, of: nginx.user) else { return nil }
        let running = nginx.with(groups: groups)
        let missed = wanted.first { path, right in
            guard nginx.access(path, right) == .granted, case .refused = running.access(path, right) else {
                return false
            }
            return true
        }
        return missed.map { path, _ in
            Finding(
                .problem, path, "the nginx that runs does not get there: it is older than its user's groups",
                advice: "systemctl reload nginx")
        }
    }

    private func cure(_ nginx: Account, _ place: String) -> String {
        var status = stat()
        guard stat(place, &status) == 0, nginx.groups.contains(status.st_gid) else {
            return
                "Put it into the group of \(place) (usermod -aG focust-nginx \(nginx.name)), and reload nginx."
        }
        let isDirectory = status.st_mode & S_IFMT == S_IFDIR
        return "It is in the group, which has no right there: chmod g+\(isDirectory ? "rx" : "r") \(place)"
    }

    private func hide(_ nginx: Account, _ path: String, _ right: Account.Right) -> Finding? {
        guard nginx.access(path, right) == .granted else { return nil }
        let deed = right == .write ? "may write it" : "may read it"
        return Finding(
            .problem, path, "\(nginx.name), nginx's user, \(deed)",
            advice: "Take that away: chmod \(right == .write ? "g-w,o-w" : "go=") \(path), or its group.")
    }

    /// A regular file below `directory` whose name ends so.
    private func example(_ directory: String, _ ending: String) -> String? {
        var waiting = [directory]
        var left = Self.maxEntries
        while let directory = waiting.popLast(), left > 0 {
            for (name, isDirectory) in DirectoryListing.entries(directory) {
                left -= 1
                let path = "\(directory)/\(name)"
                if isDirectory {
                    // Versions hold second names of the same files; the rest is the server's own.
                    if !name.hasPrefix(".") { waiting.append(path) }
                } else if name.hasSuffix(ending) {
                    return path
                }
            }
        }
        return nil
    }
}
