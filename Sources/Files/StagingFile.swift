import CLinux
import Domain
import Glibc

/// A file that is being received. It deletes itself unless it is committed: whatever breaks off, breaks off
/// clean.
package struct StagingFile: ~Copyable {
    private let descriptor: Int32
    /// Absolute; for whoever looks into the file before it is committed.
    package let path: String
    package private(set) var byteCount = 0
    private var writeback = Writeback()

    init(in directory: String) throws(FileError) {
        // A random name, not a counted one: a number, even with the process id, comes back after a restart
        // and would meet a leftover.
        (path, descriptor) = try ExclusiveLock.make(in: directory, prefix: "") { (path) throws(FileError) in
            try FileSystem.open(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        }
    }

    /// Takes over an open file that has been received already, under a name of its own in a staging directory.
    init(adopting descriptor: Int32, at path: String, byteCount: Int) {
        self.descriptor = descriptor
        self.path = path
        self.byteCount = byteCount
    }

    deinit {
        close(descriptor)
        // After a commit the name is gone already, but where rename(2) met another name of this very file.
        unlink(path)
    }

    package mutating func write(_ bytes: Span<UInt8>) throws(FileError) {
        try FileSystem.write(bytes, to: descriptor, path: path)
        byteCount += bytes.count
        writeback.wrote(bytes.count, to: descriptor)
    }

    /// A second descriptor of the open file; the lock lasts until both are closed.
    borrowing func sharedDescriptor() throws(FileError) -> Int32 {
        let second = focust_duplicate(descriptor)
        guard second >= 0 else { throw .last("fcntl", path) }
        return second
    }

    /// Dates the file later than `other`, in whole seconds: nginx tells files at one address apart by that and their size
    /// (ETag), and two of one size may come within a second. The date is set in any case: a replacement takes the same steps
    /// each time, whatever the second.
    borrowing func dateLater(than other: Int?) throws(FileError) {
        var status = stat()
        guard let other, fstat(descriptor, &status) == 0 else { return }
        let time = timespec(tv_sec: max(other + 1, status.st_mtim.tv_sec), tv_nsec: 0)
        guard futimens(descriptor, [time, time]) == 0 else { throw .last("futimens", path) }
    }

    /// Moves the file to `destination` in `tree`, readable by nginx, so that it survives a crash from here
    /// on.
    ///
    /// In this order: the content is on disk before the name is, and the name before anybody is told. What
    /// was there before is replaced in the same step.
    consuming func commit(to destination: String, in tree: DataDirectory) throws(FileError) {
        guard fchmod(descriptor, tree.sharedFileMode) == 0 else { throw .last("fchmod", path) }
        guard fsync(descriptor) == 0 else { throw .last("fsync", path) }
        try tree.rename(path, to: destination)
    }
}

extension DataDirectory {
    /// A new, empty file on the file system of the uploads.
    package func makeStagingFile() throws(FileError) -> StagingFile {
        try StagingFile(in: absolutePath(Self.uploadStagingFolder))
    }
}
