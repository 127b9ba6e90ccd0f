import Glibc

/// The nginx that runs now, found by its pid file. A process has the groups that its user had when it started: one that
/// was given since is not its own.
struct RunningNginx {
    /// The groups of one of its worker processes that has the fewest; nil where none runs, or it cannot be told.
    static func groups(_ configuration: NginxConfiguration, of user: uid_t) -> Set<gid_t>? {
        let pidFile = configuration.value(of: "pid") ?? "/run/nginx.pid"
        guard let master = number(in: pidFile),
            let children = text(of: "/proc/\(master)/task/\(master)/children")
        else { return nil }
        let workers = children.split(separator: " ").compactMap { groups(ofProcess: $0, of: user) }
        return workers.min { $0.count < $1.count }
    }

    /// Nil where the process is gone, or another user's (proc(5): status).
    private static func groups(ofProcess id: Substring, of user: uid_t) -> Set<gid_t>? {
        guard let status = text(of: "/proc/\(id)/status") else { return nil }
        var numbers: [Substring: [UInt32]] = [:]
        for line in status.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, ["Uid", "Gid", "Groups"].contains(parts[0]) else { continue }
            numbers[parts[0]] = parts[1].split { $0 == " " || $0 == "\t" }.compactMap { UInt32($0) }
        }
        guard numbers["Uid"]?.first == user else { return nil }
        return Set((numbers["Groups"] ?? []) + (numbers["Gid"] ?? []).prefix(1))
    }

    private static func number(in path: String) -> Int? {
        text(of: path).flatMap { Int($0.filter(\.isNumber)) }
    }

    /// A short file; nil where it cannot be read.
    private static func text(of path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(validating: bytes[..<count], as: UTF8.self)
    }
}
