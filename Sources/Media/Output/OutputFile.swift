import Glibc
import MediaProtocol

/// A file that is written from its beginning to its end.
final class OutputFile {
    private static let pieceSize = 1 << 20

    private let descriptor: Int32

    /// Creates or empties `path`.
    init(path: String) throws(MediaError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw .system("open for writing", errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Creates or replaces `path` with `bytes`.
    static func write(_ bytes: [UInt8], to path: String) throws(MediaError) {
        try OutputFile(path: path).write(bytes)
    }

    /// Appends.
    func write(_ bytes: [UInt8]) throws(MediaError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .system("write", errno) }
            written += count
        }
    }

    /// Appends a part of another file.
    func copy(_ input: FileInput, _ range: Range<Int>) throws(MediaError) {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.pieceSize) {
            let count = min(Self.pieceSize, range.upperBound - start)
            let bytes = input.bytes(at: Int64(start), count: count)
            guard bytes.count == count else { throw .system("read", EIO) }
            try write(bytes)
        }
    }
}
