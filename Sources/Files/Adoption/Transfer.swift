import Glibc

/// How a file of another tree comes into this one. It stays where it is in any case.
package enum Transfer: Sendable {
    /// A second name for the same bytes where the file system and the file's mode allow it, else a copy.
    case linkOrCopy
    /// A second name or nothing.
    case link
    case copy

    /// Puts `file` under a new name into the open directory `directory`; false where there is one of that name. A copy
    /// gets `mode`.
    func put(
        _ file: borrowing ForeignFile, into directory: Int32, as name: String, mode: mode_t, path: String
    ) throws(FileError) -> Bool {
        if self != .copy && file.isReadableByAll {
            if file.link(into: directory, as: name) == 0 { return true }
            if errno == EEXIST { return false }
        }
        guard self != .link else {
            let isLast = file.isReadableByAll
            throw isLast ? .last("link", path) : FileError(code: EACCES, operation: "link", path: path)
        }
        return try copy(file, into: directory, as: name, mode: mode, path: path)
    }

    /// Under a passing name first: half a file is never seen under the right one.
    private func copy(
        _ file: borrowing ForeignFile, into directory: Int32, as name: String, mode: mode_t, path: String
    ) throws(FileError) -> Bool {
        let passing = ".new-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let target = openat(directory, passing, flags, 0o600)
        guard target >= 0 else { throw .last("open", path) }
        defer {
            close(target)
            unlinkat(directory, passing, 0)
        }
        guard fchmod(target, mode) == 0 else { throw .last("fchmod", path) }
        try file.copy(to: target, path: path)
        guard linkat(directory, passing, directory, name, 0) == 0 else {
            guard errno == EEXIST else { throw .last("link", path) }
            return false
        }
        return true
    }
}
