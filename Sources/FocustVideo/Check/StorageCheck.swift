import Database
import Domain
import Files
import Glibc
import Settings

/// Directories, permissions, space and sockets.
struct StorageCheck {
    let settings: Settings

    func findings() -> [Finding] {
        [dataDirectory()] + [settings.listen, settings.uploadListen].compactMap(socketDirectory)
    }

    /// Looks and makes nothing: run as root, what it made would be root's, and the server could not open it.
    private func dataDirectory() -> Finding {
        let path = settings.dataDirectory
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            return Finding(
                .problem, path, String(cString: strerror(errno)),
                advice: "Make it, owned by the user that runs the server.")
        }
        guard access(path, W_OK) == 0 else {
            return Finding(
                .problem, path, "cannot be written: \(String(cString: strerror(errno)))",
                advice: "Run this as the user that runs the server; it must own the directory.")
        }
        let free = Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
        guard free >= settings.minFreeBytes.bytes else {
            return Finding(
                .problem, path, "\(free) bytes are free: every upload is refused",
                advice: "Free space, or lower FOCUST_MIN_FREE_BYTES (\(settings.minFreeBytes)).")
        }
        return Finding(.good, path, "can be written, \(free >> 20) MiB are free")
    }

    /// Nil for a TCP address.
    private func socketDirectory(_ address: String) -> Finding? {
        guard address.hasPrefix("/") else { return nil }
        let directory = String(address[..<(address.lastIndex(of: "/") ?? address.startIndex)])
        guard access(directory, W_OK) == 0 else {
            return Finding(
                .problem, directory, "no socket can be made there: \(String(cString: strerror(errno)))",
                advice: "Make it, owned by the user that runs the server, and let nginx's group in.")
        }
        return Finding(.good, directory, "the socket can be made there")
    }
}
