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
        let file = "\(path)/\(name)"
        let descriptor = try FileSystem.open(file, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        defer { close(descriptor) }
        try FileSystem.write(bytes.span, to: descriptor, path: file)
    }

    /// Gives it its name: rename(2) replaces an empty directory and no other.
    package borrowing func publish() throws(FileError) {
        try FileSystem.rename(path, destination)
    }
}
