import Glibc

/// The files of a version under second names (hard links) in another directory: they take no room, and stay when the
/// first names go.
extension LessonDirectory {
    /// Gives every file of this version a second name in the directory `target`.
    borrowing func linkFiles(into target: String) throws(FileError) {
        let directory = try FileSystem.open(target, O_RDONLY | O_DIRECTORY)
        defer { close(directory) }
        for name in try fileNames() {
            if linkat(descriptor, name, directory, name, 0) == 0 { continue }
            // Another user's file, as `import` links them (proc(5): protected_hardlinks), or one with all the names
            // that it may have.
            guard errno == EPERM || errno == EMLINK else { throw .last("link", "\(target)/\(name)") }
            try copy(name, into: directory, path: "\(target)/\(name)")
        }
    }

    private borrowing func fileNames() throws(FileError) -> [String] {
        try FileSystem.names(in: "/proc/self/fd/\(descriptor)").filter {
            !$0.hasPrefix(".") && FileSystem.isFile(descriptor, $0)
        }
    }

    private borrowing func copy(_ name: String, into directory: Int32, path: String) throws(FileError) {
        let source = FileSystem.openBeneath(descriptor, name, O_RDONLY | O_NONBLOCK)
        guard source >= 0 else { throw .last("open", path) }
        let file = ForeignFile(source, path: name, try Privilege())
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let target = openat(directory, name, flags, 0o600)
        guard target >= 0 else { throw .last("open", path) }
        defer { close(target) }
        try file.copy(to: target, path: path)
        guard fchmod(target, file.permissions) == 0 else { throw .last("fchmod", path) }
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
