import Formats
import Glibc
import MediaProtocol
import Synchronization

/// Writes replies to standard output, whole lines from whichever of libav's threads.
final class ReplyWriter: Sendable {
    private let lock = Mutex(())

    func send(_ reply: MediaReply) {
        let line = reply.json.serialized() + [UInt8(ascii: "\n")]
        lock.withLock { _ in Self.write(line) }
    }

    /// A reader that is gone ends this process (SIGPIPE): nobody wants the work any more.
    private static func write(_ bytes: [UInt8]) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(STDOUT_FILENO, $0.baseAddress.map { $0 + written }, $0.count - written)
            }
            guard count > 0 || errno == EINTR else { return }
            written += max(0, count)
        }
    }
}
