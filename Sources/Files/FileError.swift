import Glibc

/// A file operation that failed: which, on what path below the data directory, and errno.
package struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// errno (errno.h); an unknown one is just a number.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }
    }

    package let code: Code
    package let operation: String
    package let path: String

    package init(code: Int32, operation: String, path: String) {
        self.code = Code(rawValue: code)
        self.operation = operation
        self.path = path
    }

    /// The error that the calling thread's last system call left behind.
    static func last(_ operation: String, _ path: String) -> FileError {
        FileError(code: errno, operation: operation, path: path)
    }

    /// Whether freeing space would help: ENOSPC, or a quota's EDQUOT.
    package var isOutOfSpace: Bool { code.rawValue == ENOSPC || code.rawValue == EDQUOT }

    /// Whether a directory that has something else in it was in the way (ENOTEMPTY).
    package var isNotEmpty: Bool { code.rawValue == ENOTEMPTY }

    package var description: String { "\(operation) \(path): \(String(cString: strerror(code.rawValue)))" }
}
