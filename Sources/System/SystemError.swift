import Glibc

/// A system call that failed: which one, on what, and errno.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// errno (errno.h).
    package let code: Int32
    package let operation: String
    /// The path or address it was about; empty where there is none.
    package let subject: String

    package init(code: Int32, operation: String, subject: String = "") {
        self.code = code
        self.operation = operation
        self.subject = subject
    }

    /// The error that the calling thread's last system call left behind.
    package static func last(_ operation: String, _ subject: String = "") -> SystemError {
        SystemError(code: errno, operation: operation, subject: subject)
    }

    package var description: String {
        let reason = String(cString: strerror(code))
        return subject.isEmpty ? "\(operation): \(reason)" : "\(operation) \(subject): \(reason)"
    }
}
