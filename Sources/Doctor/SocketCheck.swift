import Glibc
import Settings
import System

/// The sockets: closed to others, and somebody behind them; or a directory in which they can be made.
struct SocketCheck {
    let settings: Settings

    func findings() -> [Finding] {
        var seen: Set<String> = []
        return [settings.listen, settings.uploadListen].compactMap { address -> Finding? in
            guard address.hasPrefix("/") else { return port(address) }
            var status = stat()
            guard lstat(address, &status) == 0 else {
                let directory = String(address[..<(address.lastIndex(of: "/") ?? address.startIndex)])
                return seen.insert(directory).inserted ? self.directory(directory) : nil
            }
            return socket(address, status)
        }
    }

    /// The kernel does not say who connects to a port (SO_PEERCRED is of unix sockets).
    private func port(_ address: String) -> Finding {
        Finding(
            .warning, address,
            "a port knows no peer: every user and service of this machine may send requests past nginx's limits",
            advice: "Use a unix socket, unless nginx has no way to one.")
    }

    private func socket(_ path: String, _ status: stat) -> Finding {
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            return Finding(.problem, path, "is no socket", advice: "Remove what lies there.")
        }
        if Account.anybody.access(path, .write) == .granted {
            let mode = String(status.st_mode & 0o777, radix: 8)
            return Finding(
                .problem, path, "everybody on this machine may connect (mode \(mode))",
                advice: "chmod 660 \(path), and SocketMode=0660 in its unit.")
        }
        guard Self.isAnswered(path) else {
            return Finding(
                .warning, path, "nobody listens there",
                advice:
                    "Start the server: systemctl start \(settings.unit("focust-video", "socket")) \(settings.unit("focust-video", "service"))"
            )
        }
        return Finding(.good, path, "is listened to, and closed to others")
    }

    private func directory(_ path: String) -> Finding {
        guard access(path.isEmpty ? "/" : path, W_OK) == 0 else {
            return Finding(
                .problem, path, "no socket can be made there: \(String(cString: strerror(errno)))",
                advice: "Make it, owned by the user that runs the server, and let nginx's group in.")
        }
        return Finding(.good, path, "sockets can be made there")
    }

    static func isAnswered(_ path: String) -> Bool {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = Glibc.socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // EAGAIN: a full backlog; EACCES: not for this user, and somebody else's to tell.
        return UnixAddress.with(path) { connect(descriptor, $0, $1) } == 0 || errno == EAGAIN
            || errno == EACCES
    }
}
