import Glibc
import System

/// A key set file as it was at one moment.
struct KeySetSnapshot {
    /// What changes when a file is replaced or written to.
    struct Version: Equatable, Sendable {
        private let device: UInt
        private let inode: UInt
        private let size: Int
        private let modified: [Int]

        fileprivate init(_ status: stat) {
            device = status.st_dev
            inode = status.st_ino
            size = status.st_size
            modified = [
                status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        }

        /// The version that lies at `path` now; nil where there is none or it cannot be seen.
        static func current(at path: String) -> Version? {
            var status = stat()
            return stat(path, &status) == 0 ? Version(status) : nil
        }
    }

    let version: Version
    let bytes: [UInt8]

    /// Reads all of the file. Its version is taken first, from the open file: a change while it is read is
    /// seen as one by the next look.
    init(readingFrom path: String) throws(KeySetError) {
        // O_NONBLOCK: a FIFO at this path must not hold the request that happens to look.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .file(.last("open", path)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .file(.last("fstat", path)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        guard status.st_size <= KeySet.maxBytes else { throw .tooLarge }
        version = Version(status)
        bytes = try Self.contents(of: descriptor, path)
    }

    private static func contents(of descriptor: Int32, _ path: String) throws(KeySetError) -> [UInt8] {
        // One byte more than is allowed, so that a file that grew meanwhile is found out.
        var bytes = [UInt8](repeating: 0, count: KeySet.maxBytes + 1)
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress.map { $0 + filled }, $0.count - filled)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .file(.last("read", path)) }
            guard count > 0 else { return Array(bytes[..<filled]) }
            filled += count
        }
        throw .tooLarge
    }
}
