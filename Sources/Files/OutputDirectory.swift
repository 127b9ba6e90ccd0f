import Glibc

/// A directory that appears under its name only when everything in it is there: until then it has another name
/// beside it, and it deletes itself unless it is published.
package struct OutputDirectory: ~Copyable {
    /// Where to write meanwhile.
    package let path: String
    private let destination: String

    /// One that will be `destination`, which must not exist or be empty.
    package init(publishingAt destination: String) throws(FileError) {
        let names = try FileSystem.names(in: destination)
        guard names.isEmpty else {
            throw FileError(code: ENOTEMPTY, operation: "convert to", path: destination)
        }
        let path = "\(destination).part-\(getpid())"
        try FileSystem.makeDirectory(path, mode: DataDirectory.openMode)
        self.destination = destination
        self.path = path
    }

    deinit {
        // Published, there is nothing of that name; otherwise what is left is for its owner to see.
        try? FileSystem.removeTree(path)
    }

    /// Writes a file that only its owner may read.
    package borrowing func writePrivate(_ bytes: [UInt8], as name: String) throws(FileError) {
        try write(bytes, as: name, mode: 0o600)
    }

    /// Writes a file that is not there yet.
    package borrowing func write(_ bytes: [UInt8], as name: String) throws(FileError) {
        try write(bytes, as: name, mode: 0o640)
    }

    /// Reads a small file.
    package borrowing func read(_ name: String) throws(FileError) -> [UInt8] {
        let file = "\(path)/\(name)"
        let descriptor = try FileSystem.open(file, O_RDONLY, mode: 0)
        defer { close(descriptor) }
        return try FileSystem.readAll(descriptor, limit: 1 << 20, path: file)
    }

    package borrowing func remove(_ name: String) throws(FileError) {
        try FileSystem.remove("\(path)/\(name)")
    }

    package borrowing func rename(_ name: String, _ other: String) throws(FileError) {
        try FileSystem.rename("\(path)/\(name)", "\(path)/\(other)")
    }

    private borrowing func write(
        _ bytes: [UInt8], as name: String, mode: mode_t
    ) throws(FileError) {
        let file = "\(path)/\(name)"
        let descriptor = try FileSystem.open(file, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
        defer { close(descriptor) }
        try FileSystem.write(bytes.span, to: descriptor, path: file)
    }

    /// Gives it its name: rename(2) replaces an empty directory and no other.
    package borrowing func publish() throws(FileError) {
        try FileSystem.rename(path, destination)
    }
}
