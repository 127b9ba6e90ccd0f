import Domain
import Glibc

/// Looking at what a process that is not believed has left in its directory.
extension StagingDirectory {
    /// The names of its files; nil where something is no regular file with one name: a link or pipe would lead elsewhere.
    package borrowing func fileNames() throws(FileError) -> Set<String>? {
        try FileSystem.plainFiles(in: path)
    }

    /// The playlist as it was left there.
    package borrowing func readPlaylist() throws(FileError) -> [UInt8] {
        try FileSystem.readPlaylist("\(path)/\(LessonFile.playlist)")
    }

    /// Puts this process's own playlist in its place.
    package borrowing func replacePlaylist(with bytes: [UInt8]) throws(FileError) {
        try FileSystem.remove("\(path)/\(LessonFile.playlist)")
        try write(bytes, as: LessonFile.playlist)
    }
}

extension FileSystem {
    /// The most bytes of a playlist that are read.
    private static let maxPlaylistBytes = 4 << 20

    /// The names in a directory; nil where one is no regular file's, or the file has others.
    static func plainFiles(in path: String) throws(FileError) -> Set<String>? {
        var names: Set<String> = []
        for name in try self.names(in: path) {
            var status = stat()
            guard lstat("\(path)/\(name)", &status) == 0 else { throw .last("lstat", path) }
            guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else { return nil }
            names.insert(name)
        }
        return names
    }

    /// The bytes of a playlist, which may be anything: no link is followed, and no pipe waited for.
    static func readPlaylist(_ path: String) throws(FileError) -> [UInt8] {
        let descriptor = try open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        defer { close(descriptor) }
        return try readAll(descriptor, limit: maxPlaylistBytes, path: path)
    }
}
