import CLinux
import Glibc

extension FileSystem {
    /// Opens `path` below `root`, following no symbolic link on the way nor at its end; the result is
    /// openat(2)'s, with errno set. Planted in the tree, a link would make this program read, and hand out,
    /// whatever it names.
    static func openBeneath(_ root: Int32, _ path: String, _ flags: Int32) -> Int32 {
        let descriptor = focust_open_beneath(root, path, flags | O_CLOEXEC)
        // An old kernel, or a container whose filter does not know the call.
        guard descriptor < 0 && (errno == ENOSYS || errno == EPERM) else { return descriptor }
        return openPartByPart(root, path, flags | O_CLOEXEC)
    }

    /// Whether `path` below `root` is a regular file, and no link.
    static func isFile(_ root: Int32, _ path: String) -> Bool {
        var status = stat()
        return fstatat(root, path, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// What the symbolic link at `path` says, which leads nowhere here but is a short text; nil where there is none.
    static func target(ofLink path: String, in root: Int32 = AT_FDCWD) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: maxLinkText) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let count = readlinkat(root, path, base, buffer.count)
            guard count > 0, count < buffer.count else { return nil }
            return String(decoding: UnsafeRawBufferPointer(buffer)[..<count], as: UTF8.self)
        }
    }

    /// Four ids and the slashes between them.
    private static var maxLinkText: Int { 1024 }

    /// The same without openat2(2): each directory is opened from the one before, and `..` is refused.
    static func openPartByPart(_ root: Int32, _ path: String, _ flags: Int32) -> Int32 {
        // By bytes, as the kernel does: to Swift a slash and a combining mark are one character that is no slash.
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { Substring($0) }
        guard parts.allSatisfy({ !$0.isEmpty && $0 != ".." }) else {
            errno = EXDEV
            return -1
        }
        var directory = root
        for part in parts.dropLast() {
            let next = openat(directory, String(part), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let failure = errno
            if directory != root { close(directory) }
            errno = failure
            guard next >= 0 else { return -1 }
            directory = next
        }
        let last = openat(directory, String(parts[parts.count - 1]), flags | O_NOFOLLOW)
        let failure = errno
        if directory != root { close(directory) }
        errno = failure
        return last
    }
}
