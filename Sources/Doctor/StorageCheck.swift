import Domain
import Files
import Glibc
import Settings

/// Directories, owners, modes and space. It looks and leaves nothing behind: run as root, what it made would be root's, and
/// the server could not open it.
struct StorageCheck {
    /// Fewer files than this that can still be made: a lesson has hundreds.
    private static let minFreeFiles: UInt = 10_000

    let settings: Settings

    func findings() -> [Finding] {
        let path = settings.dataDirectory
        var root = stat()
        guard stat(path, &root) == 0 else {
            return [
                Finding(
                    .problem, path, String(cString: strerror(errno)),
                    advice: "Make it, owned by the user that runs the server.")
            ]
        }
        guard root.st_mode & S_IFMT == S_IFDIR else {
            return [
                Finding(
                    .problem, path, "is no directory", advice: "Set FOCUST_DATA_DIR to one, or make it one.")
            ]
        }
        let wrong =
            [writable(path), usable(path, root), exchanging(path)].compactMap(\.self) + parts(path, root)
        return wrong + [space(path)]
    }

    private func writable(_ path: String) -> Finding? {
        guard access(path, W_OK) != 0 else { return nil }
        return Finding(
            .problem, path, "cannot be written: \(String(cString: strerror(errno)))",
            advice: "Run this as root or as the user that runs the server; that user must own the directory.")
    }

    /// The two files of this question are gone when it ends, whoever asks.
    private func exchanging(_ path: String) -> Finding? {
        guard access("\(path)/hls", W_OK) == 0, DataDirectory.canExchange(in: "\(path)/hls") == false else {
            return nil
        }
        return Finding(
            .warning, path,
            "its file system exchanges no two names: a lesson that is replaced is set aside for an instant",
            advice: "It works; ext4, xfs, btrfs or ZFS from 2.2 on do it in one step.")
    }

    private func usable(_ path: String, _ status: stat) -> Finding? {
        guard status.st_uid == 0 && access("/run/systemd/system", F_OK) == 0 else { return nil }
        guard let server = Account(name: "focust-video"), server.user != 0 else { return nil }
        return Finding(
            .problem, path, "belongs to root, while the service runs as \(server.name)",
            advice: "chown -R focust-video:focust-nginx \(path)")
    }

    /// What lies in it belongs to the same user, and is nobody else's to write; the state nobody else's to read.
    private func parts(_ root: String, _ rootStatus: stat) -> [Finding] {
        let names = [
            "", "/hls", "/originals", "/uploads", "/presentation_videos", "/state", "/state/focust.db",
        ]
        return names.flatMap { name -> [Finding] in
            let path = root + name
            var status = stat()
            guard stat(path, &status) == 0 else { return [] }
            let mode = String(status.st_mode & 0o7777, radix: 8)
            var findings: [Finding] = []
            if status.st_uid != rootStatus.st_uid {
                let owner = Account.name(of: rootStatus.st_uid)
                findings.append(
                    Finding(
                        .problem, path, "belongs to \(Account.name(of: status.st_uid)) and not to \(owner)",
                        advice: "chown -R \(owner) \(path)"))
            }
            if status.st_mode & 0o022 != 0 {
                findings.append(
                    Finding(
                        .problem, path, "others may write it (mode \(mode))", advice: "chmod go-w \(path)"))
            }
            if name == "/state" && status.st_mode & 0o077 != 0 {
                findings.append(
                    Finding(.problem, path, "is open to others (mode \(mode))", advice: "chmod 700 \(path)"))
            }
            return findings
        }
    }

    private func space(_ path: String) -> Finding {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            return Finding(.problem, path, String(cString: strerror(errno)))
        }
        let free = Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
        let least = settings.minFreeBytes.bytes
        if free < least {
            return Finding(
                .problem, path, "\(free) bytes are free: every upload is refused",
                advice: "Free space, or lower FOCUST_MIN_FREE_BYTES (\(settings.minFreeBytes)).")
        }
        if status.f_files > 0 && status.f_favail < Self.minFreeFiles {
            return Finding(
                .warning, path, "room for \(status.f_favail) files alone is left (inodes)",
                advice: "Remove files, or make a file system with more inodes.")
        }
        if free < least + 10 * settings.maxContentLength.bytes {
            return Finding(
                .warning, path, "\(free >> 20) MiB are free: room for fewer than ten of the largest uploads",
                advice: "Free space before FOCUST_MIN_FREE_BYTES (\(settings.minFreeBytes)) is reached.")
        }
        return Finding(.good, path, "can be written, \(free >> 20) MiB are free")
    }
}
