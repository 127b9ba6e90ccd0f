import Domain
import Glibc

/// What a revision reads and changes, in the directory that was opened and in no other that takes its place meanwhile.
extension LessonDirectory {
    /// The rendition that a file belongs to; nil for one of no rendition.
    static func rendition(ofFile name: String) -> RenditionName? {
        RenditionName(playlist: name) ?? RenditionName(segment: name) ?? RenditionName(key: name)
    }

    /// The renditions that the lesson's playlist names; the first one alone where it is no multivariant playlist.
    package borrowing func namedRenditions() throws(FileError) -> Set<RenditionName> {
        let lines = try read(LessonFile.playlist).map { $0.split(separator: UInt8(ascii: "\n")) } ?? []
        guard Self.isMultivariant(lines) else { return [.first] }
        let names = lines.filter { $0.first != UInt8(ascii: "#") }.map { String(decoding: $0, as: UTF8.self) }
        return Set(names.compactMap { RenditionName(playlist: $0) })
    }

    /// Whether the lesson's playlist is a multivariant one.
    package borrowing func isMultivariant() throws(FileError) -> Bool {
        Self.isMultivariant(try read(LessonFile.playlist)?.split(separator: UInt8(ascii: "\n")) ?? [])
    }

    /// RFC 8216 §4.3.4.2.
    private static func isMultivariant(_ lines: [ArraySlice<UInt8>]) -> Bool {
        lines.contains { $0.starts(with: "#EXT-X-STREAM-INF:".utf8) }
    }

    /// Whether both are one directory, and of one version.
    borrowing func isSame(as other: borrowing LessonDirectory) -> Bool {
        var (mine, its) = (stat(), stat())
        return fstat(descriptor, &mine) == 0 && fstat(other.descriptor, &its) == 0
            && mine.st_ino == its.st_ino && mine.st_dev == its.st_dev && version == other.version
    }

    /// Gives a file a second name here. What an attempt that died left under that name goes; a file of a rendition that
    /// players know stays, and then this throws EEXIST.
    borrowing func add(
        _ file: String, as name: String, unlessNamed named: Set<RenditionName>
    ) throws(FileError) {
        if linkat(AT_FDCWD, file, descriptor, name, 0) == 0 { return }
        let last = String(name.split(separator: "/").last ?? "")
        guard errno == EEXIST, let rendition = Self.rendition(ofFile: last), !named.contains(rendition) else {
            throw .last("link", name)
        }
        try remove(name)
        guard linkat(AT_FDCWD, file, descriptor, name, 0) == 0 else { throw .last("link", name) }
    }

    /// Names the playlist that there is after the first rendition, whose playlist it is.
    borrowing func keepFirstPlaylist() throws(FileError) {
        guard try !isMultivariant() else { return }
        let name = RenditionName.first.playlist
        try remove(name)
        guard linkat(descriptor, LessonFile.playlist, descriptor, name, 0) == 0 else {
            throw .last("link", name)
        }
    }

    /// Takes that name back where the playlist is still the first rendition's.
    borrowing func dropFirstPlaylist() throws(FileError) -> Bool {
        let name = RenditionName.first.playlist
        guard let number = try fileNumber(of: name), try fileNumber(of: LessonFile.playlist) == number else {
            return false
        }
        try remove(name)
        return true
    }

    /// Writes a new file, for good, dated as another one: what tells when the lesson was published goes on doing so.
    borrowing func write(
        _ bytes: [UInt8], as name: String, mode: mode_t, datedAs other: String?
    ) throws(FileError) {
        try remove(name)
        let file = openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .last("open", name) }
        defer { close(file) }
        try FileSystem.write(bytes.span, to: file, path: name)
        guard fchmod(file, mode) == 0 else { throw .last("fchmod", name) }
        var status = stat()
        if let other, fstatat(descriptor, other, &status, AT_SYMLINK_NOFOLLOW) == 0 {
            guard futimens(file, [status.st_mtim, status.st_mtim]) == 0 else { throw .last("futimens", name) }
        }
        guard fsync(file) == 0 else { throw .last("fsync", name) }
    }

    /// The names of a rendition's segments, its playlist and its key. A lesson that came from another program may name
    /// its segments in its own way, and only the playlist tells.
    borrowing func files(of rendition: RenditionName) throws(FileError) -> [String] {
        let lines = try read(rendition.playlist).map { $0.split(separator: UInt8(ascii: "\n")) } ?? []
        let listed = lines.filter { $0.first != UInt8(ascii: "#") }.map { line in
            let path = line.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "\r") }
            return String(decoding: path.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self)
        }
        let named = try FileSystem.names(in: "/proc/self/fd/\(descriptor)").filter {
            Self.rendition(ofFile: $0) == rendition
        }
        return Set(listed + named).filter { FileSystem.isFile(descriptor, $0) }.sorted()
    }

    /// Zero where there is no such file.
    borrowing func size(of name: String) -> Int {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? Int(status.st_size) : 0
    }

    /// Moves a file out of the lesson; that it is gone already is fine.
    borrowing func move(_ name: String, to path: String) throws(FileError) {
        guard renameat(descriptor, name, AT_FDCWD, path) == 0 || errno == ENOENT else {
            throw .last("rename", path)
        }
    }

    borrowing func rename(_ name: String, to other: String) throws(FileError) {
        guard renameat(descriptor, name, descriptor, other) == 0 else { throw .last("rename", other) }
    }

    /// Removes a file; that it is gone already is fine.
    borrowing func remove(_ name: String) throws(FileError) {
        guard unlinkat(descriptor, name, 0) == 0 || errno == ENOENT else { throw .last("unlink", name) }
    }

    /// Which file it is, whatever its names; nil where there is none.
    borrowing func fileNumber(of name: String) throws(FileError) -> UInt64? {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .last("lstat", name) }
            return nil
        }
        return UInt64(status.st_ino)
    }

    /// Makes the names in the directory, or in one in it, survive a crash.
    borrowing func sync(_ folder: String? = nil) throws(FileError) {
        guard let folder else {
            guard fsync(descriptor) == 0 else { throw .last("fsync", StoredFile.lessons) }
            return
        }
        let inner = FileSystem.openBeneath(descriptor, folder, O_RDONLY | O_DIRECTORY)
        guard inner >= 0 else { throw .last("open", folder) }
        defer { close(inner) }
        guard fsync(inner) == 0 else { throw .last("fsync", folder) }
    }
}
