import Domain
import Glibc

/// The files of a version under second names (hard links) in another directory: they take no room, and stay when the
/// first names go.
extension LessonDirectory {
    /// Bytes of a version that are copied at most, where its files cannot be linked: a whole lesson would take its time,
    /// and other replacements wait.
    private static let copyLimit = 16 << 20

    /// Gives every file of this version a second name in the directory `target`. Throws EFBIG where more than a little
    /// would have to be copied.
    ///
    /// `link` is as linkat(2), within the kernel's rules on whose files may be linked.
    borrowing func linkFiles(
        into target: String, linkingBy link: (_ name: String, _ directory: Int32) -> Int32
    ) throws(FileError) {
        let directory = try FileSystem.open(target, O_RDONLY | O_DIRECTORY)
        defer { close(directory) }
        var copied = 0
        for name in try fileNames() {
            if link(name, directory) == 0 { continue }
            // Another user's file, as `import` links them (proc(5): protected_hardlinks), or one with all the names
            // that it may have.
            guard errno == EPERM || errno == EMLINK else { throw .last("link", "\(target)/\(name)") }
            let path = "\(target)/\(name)"
            copied += try copy(name, into: directory, path: path, atMost: Self.copyLimit - copied)
        }
    }

    /// Gives every file of this version a second name in the directory `target`.
    borrowing func linkFiles(into target: String) throws(FileError) {
        let descriptor = descriptor
        try linkFiles(into: target) { linkat(descriptor, $0, $1, $0, 0) }
    }

    private borrowing func fileNames() throws(FileError) -> [String] {
        try FileSystem.names(in: "/proc/self/fd/\(descriptor)").filter {
            !$0.hasPrefix(".") && FileSystem.isFile(descriptor, $0)
        }
    }

    /// The size of what was copied.
    private borrowing func copy(
        _ name: String, into directory: Int32, path: String, atMost limit: Int
    ) throws(FileError) -> Int {
        let source = FileSystem.openBeneath(descriptor, name, O_RDONLY | O_NONBLOCK)
        guard source >= 0 else { throw .last("open", path) }
        let file = ForeignFile(source, path: name, try Privilege())
        let bytes = file.bytes.bytes
        guard bytes <= limit else { throw FileError(code: EFBIG, operation: "copy", path: path) }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let target = openat(directory, name, flags, 0o600)
        guard target >= 0 else { throw .last("open", path) }
        defer { close(target) }
        try file.copy(to: target, path: path)
        guard fchmod(target, file.permissions) == 0 else { throw .last("fchmod", path) }
        return bytes
    }

    /// The versions that are kept here beside the present one.
    borrowing func retiredVersions() throws(FileError) -> [RetiredVersion] {
        try FileSystem.names(in: "/proc/self/fd/\(descriptor)").compactMap { name in
            guard name.hasPrefix(LessonVersion.prefix) else { return nil }
            let version = String(name.dropFirst(LessonVersion.prefix.count))
            return LessonVersion.retirement(of: version, in: descriptor).map {
                RetiredVersion(version: version, retirement: $0)
            }
        }
    }
}
