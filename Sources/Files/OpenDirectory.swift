import Glibc

/// The tree's root, kept open: what every request opens, it opens from here, without opening this one first.
final class OpenDirectory: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws(FileError) {
        descriptor = try FileSystem.open(path, O_RDONLY | O_DIRECTORY)
    }

    deinit { close(descriptor) }

    /// Takes the directory's lock together with other processes (flock(2), LOCK_SH) until this one is closed; false where
    /// one process has it alone. On a file system without locks none can.
    func share() -> Bool {
        flock(descriptor, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK
    }

    /// As `FileSystem.openBeneath`, below this directory.
    func openBeneath(_ path: String, _ flags: Int32) -> Int32 {
        FileSystem.openBeneath(descriptor, path, flags)
    }

    /// Whether `path` is a regular file, and no link.
    func hasFile(_ path: String) -> Bool {
        FileSystem.isFile(descriptor, path)
    }
}
