import CLinux
import Glibc

/// An upload that may go on, found but not yet ours to work on.
struct ResumableUpload: ~Copyable {
    /// How often the lock is tried for, microseconds.
    private static let pause: UInt32 = 20_000

    let name: String
    /// What was written when it was made.
    let info: [UInt8]
    private let directory: String
    private let descriptor: Int32

    init(_ name: String, in directory: String) throws(FileError) {
        let path = "\(directory)/info"
        let descriptor = try FileSystem.open(path, O_RDWR | O_NOFOLLOW)
        do {
            info = try FileSystem.readAll(descriptor, limit: DataDirectory.maxResumableInfo, path: path)
        } catch {
            close(descriptor)
            throw error
        }
        self.name = name
        self.directory = directory
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The upload with its lock, which one at a time has. Throws EWOULDBLOCK where another did not give it up in time.
    ///
    /// A client whose network dropped comes back on a new connection while the old one seems to live: whoever writes
    /// looks for `wanted` now and then, and makes room.
    consuming func locked(waitingAtMost milliseconds: Int) throws(FileError) -> LockedUpload {
        var tries = milliseconds * 1000 / Int(Self.pause)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw .last("flock", directory) }
            guard tries > 0 else { throw FileError(code: EWOULDBLOCK, operation: "flock", path: directory) }
            tries -= 1
            close(try FileSystem.open("\(directory)/wanted", O_WRONLY | O_CREAT, mode: 0o600))
            usleep(Self.pause)
        }
        // Removed while we waited.
        guard FileSystem.exists("\(directory)/info") else {
            throw FileError(code: ENOENT, operation: "lstat", path: directory)
        }
        let data = try openData()
        // Of the same open file, so the lock is held until this one is closed too.
        let lock = focust_duplicate(descriptor)
        var locked = LockedUpload(name, in: directory, info: info, lock: lock, data: data)
        guard lock >= 0 else { throw FileError(code: EMFILE, operation: "fcntl", path: directory) }
        try locked.recover()
        return locked
    }

    /// -1 where the bytes have been handed over already.
    private borrowing func openData() throws(FileError) -> Int32 {
        do {
            return try FileSystem.open("\(directory)/data", O_RDWR | O_APPEND | O_NOFOLLOW)
        } catch {
            guard error.isNotFound, FileSystem.exists("\(directory)/result") else { throw error }
            return -1
        }
    }
}
