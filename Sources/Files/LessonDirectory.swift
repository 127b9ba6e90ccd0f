import Domain
import Glibc

/// An open lesson: what is read through it belongs to one version, whatever is published meanwhile.
package struct LessonDirectory: ~Copyable {
    /// The largest playlist that is read; three hours in two-second segments are a tenth of it.
    private static let maxFileBytes = 4 << 20

    private let descriptor: Int32
    private let path: String
    /// Changes whenever the lesson is replaced, and at no other time. In a tree that another program wrote, it is
    /// made of the directory's inode and time of change.
    package let version: String
    /// The directory in this one whose names lead to this version or nowhere; nil in another program's tree.
    package let versionDirectory: String?

    /// The directory at `relative` below `root`; nil where nothing was published there.
    init?(_ relative: String, in root: String) throws(FileError) {
        let rootDescriptor = try FileSystem.open(root, O_RDONLY | O_DIRECTORY)
        defer { close(rootDescriptor) }
        let flags = O_RDONLY | O_DIRECTORY
        let descriptor = FileSystem.openBeneath(rootDescriptor, relative, flags)
        guard descriptor >= 0 else {
            guard [ENOENT, ENOTDIR, ELOOP].contains(errno) else { throw .last("open", relative) }
            return nil
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = FileError.last("fstat", relative)
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.path = relative
        versionDirectory = LessonVersion.read(descriptor)
        if let name = versionDirectory {
            version = String(name.dropFirst(3))
            return
        }
        let seconds = UInt64(bitPattern: Int64(status.st_mtim.tv_sec))
        let stamp = seconds &* 1_000_000_000 &+ UInt64(status.st_mtim.tv_nsec)
        self.version = String(status.st_ino, radix: 36) + "-" + String(stamp, radix: 36)
    }

    deinit { close(descriptor) }

    /// Whether the lesson has such a file.
    package borrowing func has(_ name: String) -> Bool {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0
            && status.st_mode & S_IFMT == S_IFREG
    }

    /// The bytes of a small file of the lesson; nil where there is none. Links are not followed.
    package borrowing func read(_ name: String) throws(FileError) -> [UInt8]? {
        // Non-blocking, because opening a named pipe would wait for its writer, for ever.
        let flags = O_RDONLY | O_NONBLOCK
        let file = FileSystem.openBeneath(descriptor, name, flags)
        guard file >= 0 else {
            guard [ENOENT, ENOTDIR, ELOOP, EXDEV].contains(errno) else {
                throw .last("open", "\(path)/\(name)")
            }
            return nil
        }
        defer { close(file) }
        return try FileSystem.readAll(file, limit: Self.maxFileBytes, path: "\(path)/\(name)")
    }

    /// What the published files amount to.
    package borrowing func facts() throws(FileError) -> LessonFacts {
        var segments = 0
        var bytes = 0
        // By number, because the name may mean another version by now.
        for name in try FileSystem.names(in: "/proc/self/fd/\(descriptor)") {
            var status = stat()
            guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
                status.st_mode & S_IFMT == S_IFREG
            else { continue }
            bytes += Int(status.st_size)
            if name.hasSuffix(".ts") { segments += 1 }
        }
        return LessonFacts(bytes: ByteCount(bytes), segments: segments)
    }
}

extension DataDirectory {
    /// The lesson at `location` as it is now; nil where there is none.
    package func openLesson(at location: LessonLocation) throws(FileError) -> LessonDirectory? {
        try LessonDirectory("hls/\(location)", in: root)
    }

    /// Whether a lesson was published at `location`.
    package func hasLesson(at location: LessonLocation) -> Bool {
        FileSystem.exists("\(hlsPath(location))/output.m3u8")
    }
}
