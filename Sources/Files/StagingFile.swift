import Domain
import Glibc
import Synchronization

/// A file that is being received. It deletes itself unless it is committed: whatever breaks off, breaks off clean.
package struct StagingFile: ~Copyable {
    private static let counter = Atomic(0)

    private let descriptor: Int32
    /// Absolute; for whoever looks into the file before it is committed.
    package let path: String
    package private(set) var byteCount = 0

    init(in directory: String) throws(FileError) {
        let number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
        let path = "\(directory)/\(getpid())-\(number)"
        descriptor = try FileSystem.open(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        self.path = path
    }

    deinit {
        close(descriptor)
        // After a commit the name is gone already.
        unlink(path)
    }

    package mutating func write(_ bytes: Span<UInt8>) throws(FileError) {
        try FileSystem.write(bytes, to: descriptor, path: path)
        byteCount += bytes.count
    }

    /// Moves the file to `destination`, readable by nginx, so that it survives a crash from here on.
    ///
    /// In this order: the content is on disk before the name is, and the name before anybody is told.
    consuming func commit(to destination: String) throws(FileError) {
        guard fchmod(descriptor, DataDirectory.sharedFileMode) == 0 else { throw .last("fchmod", path) }
        guard fsync(descriptor) == 0 else { throw .last("fsync", path) }
        try FileSystem.rename(path, destination)
        try FileSystem.sync(DataDirectory.parent(of: destination))
    }
}

extension DataDirectory {
    /// A new, empty file on the file system of the uploads.
    package func makeStagingFile() throws(FileError) -> StagingFile {
        try StagingFile(in: "\(root)/uploads/.staging")
    }
}
