import Domain
import Glibc

/// An open lesson: what is read through it belongs to one version, whatever is published meanwhile.
package struct LessonDirectory: ~Copyable {
    /// The largest playlist that is read; three hours in two-second segments are a tenth of it.
    private static let maxFileBytes = 4 << 20

    private let descriptor: Int32
    private let path: String
    /// Changes whenever the lesson is replaced, and at no other time: inode and time of change of the directory,
    /// which its files, written before it was published, do not touch.
    package let version: String

    /// Nil where nothing was published at `path`.
    init?(_ path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            guard errno == ENOENT || errno == ENOTDIR || errno == ELOOP else { throw .last("open", path) }
            return nil
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = FileError.last("fstat", path)
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.path = path
        let seconds = UInt64(bitPattern: Int64(status.st_mtim.tv_sec))
        let stamp = seconds &* 1_000_000_000 &+ UInt64(status.st_mtim.tv_nsec)
        self.version = String(status.st_ino, radix: 36) + "-" + String(stamp, radix: 36)
    }

    deinit { close(descriptor) }

    /// The bytes of a small file of the lesson; nil where there is none. Links are not followed.
    package borrowing func read(_ name: String) throws(FileError) -> [UInt8]? {
        let file = openat(descriptor, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            guard errno == ENOENT || errno == ELOOP else { throw .last("open", "\(path)/\(name)") }
            return nil
        }
        defer { close(file) }
        return try FileSystem.readAll(file, limit: Self.maxFileBytes, path: "\(path)/\(name)")
    }
}

extension DataDirectory {
    /// The lesson at `location` as it is now; nil where there is none.
    package func openLesson(at location: LessonLocation) throws(FileError) -> LessonDirectory? {
        try LessonDirectory(hlsPath(location))
    }

    /// Whether a lesson was published at `location`.
    package func hasLesson(at location: LessonLocation) -> Bool {
        FileSystem.exists("\(hlsPath(location))/output.m3u8")
    }
}
