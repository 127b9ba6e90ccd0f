import Domain
import Glibc

/// An open file of another program's tree: what is read, linked and copied is this file, whatever its name means by
/// then.
package struct ForeignFile: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private let privilege: Privilege
    private let status: stat

    init(_ descriptor: Int32, path: String, _ privilege: Privilege) {
        var status = stat()
        // Left empty, it is no regular file.
        fstat(descriptor, &status)
        self.descriptor = descriptor
        self.path = path
        self.privilege = privilege
        self.status = status
    }

    deinit { close(descriptor) }

    var isRegular: Bool { status.st_mode & S_IFMT == S_IFREG }
    /// nginx is another user; a link shares its mode with the file it was made of, which is not ours to change.
    var isReadableByAll: Bool { status.st_mode & 0o444 == 0o444 }
    var permissions: mode_t { status.st_mode & 0o777 }
    package var bytes: ByteCount { ByteCount(Int(status.st_size)) }
    var owner: uid_t { status.st_uid }
    /// The file system that it lies on.
    var device: dev_t { status.st_dev }

    /// Whether the kernel lets this process give it a second name (proc(5): protected_hardlinks).
    var mayBeLinked: Bool {
        privilege.isRoot || status.st_uid == geteuid() || !Self.areLinksProtected
            || faccessat(AT_FDCWD, "/proc/self/fd/\(descriptor)", R_OK | W_OK, AT_EACCESS) == 0
    }

    /// Assumed where it cannot be read.
    private static let areLinksProtected: Bool = {
        guard let file = try? FileSystem.open("/proc/sys/fs/protected_hardlinks", O_RDONLY) else {
            return true
        }
        defer { close(file) }
        var first: UInt8 = 0
        return Glibc.read(file, &first, 1) != 1 || first != UInt8(ascii: "0")
    }()

    /// All of a small file.
    package borrowing func read(limit: Int) throws(FileError) -> [UInt8] {
        try FileSystem.readAll(descriptor, limit: limit, path: path)
    }

    /// Gives the file a second name in an open directory; the result is linkat(2)'s, with errno set.
    borrowing func link(into directory: Int32, as name: String) -> Int32 {
        // proc(5): the link in /proc/self/fd leads to the open file itself.
        privilege.raised {
            linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", directory, name, AT_SYMLINK_FOLLOW)
        }
    }

    /// Copies the content to an open file, and to disk.
    borrowing func copy(to target: Int32, path: String) throws(FileError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 || errno == EINTR else { throw .last("read", self.path) }
            if count == 0 { break }
            if count > 0 { try FileSystem.write(buffer.span.extracting(0..<count), to: target, path: path) }
        }
        guard fsync(target) == 0 else { throw .last("fsync", path) }
    }
}
