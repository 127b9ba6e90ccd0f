import CLinux
import Glibc

/// The few system calls this room needs, with EINTR and short writes dealt with once.
enum FileSystem {
    /// Opens `path`; the caller owns the descriptor.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(FileError) -> Int32 {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .last("open", path) }
        return descriptor
    }

    /// Writes all of `bytes`, however many calls that takes.
    static func write(_ bytes: Span<UInt8>, to descriptor: Int32, path: String) throws(FileError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.extracting(written..<bytes.count).withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            guard count >= 0 || errno == EINTR else { throw .last("write", path) }
            written += max(0, count)
        }
    }

    /// Reads what is left of a file, at most `limit` bytes; a larger one is EFBIG.
    static func readAll(_ descriptor: Int32, limit: Int, path: String) throws(FileError) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last("fstat", path) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
            throw FileError(code: EFBIG, operation: "read", path: path)
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled)
            }
            guard count >= 0 || errno == EINTR else { throw .last("read", path) }
            if count == 0 { break }
            filled += max(0, count)
        }
        return filled == bytes.count ? bytes : Array(bytes[..<filled])
    }

    /// Makes the file's or directory's content survive a crash.
    static func sync(_ path: String) throws(FileError) {
        let descriptor = try open(path, O_RDONLY)
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last("fsync", path) }
    }

    /// Lets the kernel begin to write a file back. A hint: `sync` is what makes it survive.
    static func startWriteback(_ path: String) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = focust_start_writeback(descriptor)
        close(descriptor)
    }

    /// Gives a file the mode that nginx needs. One that all may read already keeps its own: it may be a link to
    /// another program's.
    static func makeReadable(_ path: String, mode: mode_t) throws(FileError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw .last("lstat", path) }
        guard status.st_mode & 0o444 != 0o444 else { return }
        guard chmod(path, mode) == 0 else { throw .last("chmod", path) }
    }

    static func rename(_ from: String, _ to: String) throws(FileError) {
        guard Glibc.rename(from, to) == 0 else { throw .last("rename", to) }
    }

    /// Removes a file; that it is gone already is fine.
    static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .last("unlink", path) }
    }

    /// Which file it is, whatever its names; nil where there is none. Links are not followed.
    static func fileNumber(of path: String) throws(FileError) -> UInt64? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .last("lstat", path) }
            return nil
        }
        return UInt64(status.st_ino)
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// The file type bits of what lies at `path`, a link itself and not what it names; nil where nothing
    /// lies there.
    static func kind(of path: String) throws(FileError) -> mode_t? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .last("lstat", path) }
            return nil
        }
        return status.st_mode & S_IFMT
    }

    /// Makes a directory with exactly `mode`, whatever the umask; that it exists is fine, unless as a link
    /// or file.
    ///
    /// Answers whether it was made now.
    @discardableResult
    static func makeDirectory(_ path: String, mode: mode_t) throws(FileError) -> Bool {
        guard mkdir(path, mode) == 0 else {
            guard errno == EEXIST else { throw .last("mkdir", path) }
            guard try kind(of: path) == S_IFDIR else {
                throw FileError(code: ENOTDIR, operation: "mkdir", path: path)
            }
            return false
        }
        guard chmod(path, mode) == 0 else { throw .last("chmod", path) }
        return true
    }
}
