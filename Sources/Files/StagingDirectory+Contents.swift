import Domain
import Glibc

/// Looking at what a process that is not believed has left in its directory.
extension StagingDirectory {
    /// The most bytes of a playlist that are read.
    private static let maxPlaylistBytes = 4 << 20

    /// The names of its files; nil where something is no regular file with one name: a link or pipe would lead elsewhere.
    package borrowing func fileNames() throws(FileError) -> Set<String>? {
        var names: Set<String> = []
        for name in try FileSystem.names(in: path) {
            var status = stat()
            guard lstat("\(path)/\(name)", &status) == 0 else { throw .last("lstat", path) }
            guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else { return nil }
            names.insert(name)
        }
        return names
    }

    /// The playlist as it was left there.
    package borrowing func readPlaylist() throws(FileError) -> [UInt8] {
        let path = "\(path)/\(LessonFile.playlist)"
        let descriptor = try FileSystem.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        defer { close(descriptor) }
        return try FileSystem.readAll(descriptor, limit: Self.maxPlaylistBytes, path: path)
    }

    /// Puts this process's own playlist in its place.
    package borrowing func replacePlaylist(with bytes: [UInt8]) throws(FileError) {
        try FileSystem.remove("\(path)/\(LessonFile.playlist)")
        try write(bytes, as: LessonFile.playlist)
    }
}
