import Domain
import Glibc

/// An open lesson: what is read through it belongs to one version, whatever is published meanwhile.
package struct LessonDirectory: ~Copyable {
    /// The largest playlist that is read; three hours in two-second segments are a tenth of it.
    private static let maxFileBytes = 4 << 20

    let descriptor: Int32
    private let path: String
    /// Changes whenever the lesson is replaced, and at no other time. In a tree that another program wrote, it is
    /// made of the directory's inode and time of change.
    package let version: String
    /// The directory in this one whose names lead to this version or nowhere; nil in another program's tree, and in a
    /// version that was replaced, whose own names do.
    package let versionDirectory: String?

    /// The directory at `relative` below `root`; nil where nothing was published there.
    init?(_ relative: String, in root: OpenDirectory) throws(FileError) {
        let descriptor = try Self.open(relative, in: root)
        guard let descriptor else { return nil }
        let versionDirectory = LessonVersion.read(descriptor)
        let version: String
        do throws(FileError) {
            if let versionDirectory {
                version = String(versionDirectory.dropFirst(LessonVersion.prefix.count))
            } else {
                version = try Self.timeOfChange(descriptor, relative)
            }
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.path = relative
        self.versionDirectory = versionDirectory
        self.version = version
    }

    /// The directory at `relative` below `root`, which is all of a version that was replaced; nil where there is none.
    init?(_ relative: String, version: String, in root: OpenDirectory) throws(FileError) {
        let descriptor = try Self.open(relative, in: root)
        guard let descriptor else { return nil }
        self.descriptor = descriptor
        self.path = relative
        self.versionDirectory = nil
        self.version = version
    }

    private static func open(_ relative: String, in root: OpenDirectory) throws(FileError) -> Int32? {
        let descriptor = root.openBeneath(relative, O_RDONLY | O_DIRECTORY)
        guard descriptor < 0 else { return descriptor }
        guard [ENOENT, ENOTDIR, ELOOP].contains(errno) else { throw .last("open", relative) }
        return nil
    }

    /// The version of a directory that carries none.
    private static func timeOfChange(_ descriptor: Int32, _ path: String) throws(FileError) -> String {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last("fstat", path) }
        let seconds = UInt64(bitPattern: Int64(status.st_mtim.tv_sec))
        let stamp = seconds &* 1_000_000_000 &+ UInt64(status.st_mtim.tv_nsec)
        return String(status.st_ino, radix: 36) + "-" + String(stamp, radix: 36)
    }

    deinit { close(descriptor) }

    /// Whether the lesson has such a file.
    package borrowing func has(_ name: String) -> Bool {
        FileSystem.isFile(descriptor, name)
    }

    /// Where the file lies below the tree's root: a path that leads to this version and to no later one.
    package borrowing func relativePath(of name: String) -> String {
        versionDirectory.map { "\(path)/\($0)/\(name)" } ?? "\(path)/\(name)"
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
        var segments: [RenditionName: Int] = [:]
        var bytes = 0
        var publishedAt: Timestamp?
        // By number, because the name may mean another version by now.
        for name in try FileSystem.names(in: "/proc/self/fd/\(descriptor)") {
            var status = stat()
            guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
                status.st_mode & S_IFMT == S_IFREG
            else { continue }
            bytes += Int(status.st_size)
            if name.hasSuffix(".ts") { segments[RenditionName(segment: name) ?? .first, default: 0] += 1 }
            if name == LessonFile.playlist { publishedAt = Timestamp(seconds: status.st_mtim.tv_sec) }
        }
        // All renditions are cut alike; the first one may have gone.
        let count = segments.min { $0.key < $1.key }?.value ?? 0
        return LessonFacts(bytes: ByteCount(bytes), segments: count, publishedAt: publishedAt)
    }
}

extension DataDirectory {
    /// The lesson at `location` as it is now; nil where there is none.
    package func openLesson(at location: LessonLocation) throws(FileError) -> LessonDirectory? {
        let path = StoredFile.lesson(location)
        if let lesson = try LessonDirectory(path, in: openRoot) { return lesson }
        return waitWhileAside(location) ? try LessonDirectory(path, in: openRoot) : nil
    }

    /// The path below the root of a lesson's file, if `version` is the present one or one that is kept, and has such a
    /// file; nil also where only `openLesson` can tell.
    ///
    /// One system call, where opening the lesson takes five, and segments are nearly all that is asked for. It goes by
    /// the name of the version's directory, which no other version ever has. That links on the way are
    /// followed opens nothing: nginx, which reads the file, refuses them (disable_symlinks).
    package func versionedPath(
        of name: String, at location: LessonLocation, version: Substring
    ) -> String? {
        guard let directory = LessonVersion.directory(of: version) else { return nil }
        let path = "\(StoredFile.lesson(location))/\(directory)/\(name)"
        return openRoot.hasFile(path) ? path : nil
    }

    /// Whether a lesson was published at `location`.
    package func hasLesson(at location: LessonLocation) -> Bool {
        FileSystem.exists("\(hlsPath(location))/\(LessonFile.playlist)")
    }
}
