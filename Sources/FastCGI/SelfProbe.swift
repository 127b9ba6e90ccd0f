import CLinux
import Glibc
import Runtime

/// Asks this process's own listener as nginx would, by a whole FastCGI request: it is answered only where a worker
/// thread accepts, routes and answers. (FastCGI 1.0 §3, §5.)
package struct SelfProbe: Sendable {
    private static let maxAnswerBytes = 64 << 10

    private let listener: Listener

    package init(_ listener: Listener) {
        self.listener = listener
    }

    /// Whether `GET path` is answered with 200 before `milliseconds` have passed, waiting for each step so long.
    package func isAnswered(_ path: String, milliseconds: Int) -> Bool {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                guard getsockname(listener.descriptor, name, &length) == 0 else { return false }
                let connection = socket(
                    Int32(name.pointee.sa_family), Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
                guard connection >= 0 else { return false }
                defer { close(connection) }
                Self.limit(connection, milliseconds)
                return connect(connection, name, length) == 0 && Self.exchange(connection, path)
            }
        }
    }

    private static func limit(_ connection: Int32, _ milliseconds: Int) {
        var limit = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    private static func exchange(_ connection: Int32, _ path: String) -> Bool {
        let request = request(path)
        guard send(connection, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            return false
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while answer.count < maxAnswerBytes, case let count = recv(connection, &buffer, buffer.count, 0),
            count > 0
        {
            answer += buffer[..<count]
        }
        // A record's header of 8 bytes, then the response as CGI writes it.
        return String(decoding: answer.dropFirst(8), as: UTF8.self).hasPrefix("Status: 200")
    }

    /// A responder's request (role 1) without a body, on a connection that is not kept.
    private static func request(_ path: String) -> [UInt8] {
        let pairs = [("REQUEST_METHOD", "GET"), ("REQUEST_URI", path), ("REMOTE_ADDR", "127.0.0.1")]
        let encoded = pairs.flatMap { name, value in
            [UInt8(name.utf8.count), UInt8(truncatingIfNeeded: value.utf8.count & 0x7F)]
                + Array((name + value).utf8)
        }
        return record(.beginRequest, [0, 1, 0, 0, 0, 0, 0, 0]) + record(.parameters, encoded)
            + record(.parameters, []) + record(.input, [])
    }

    private static func record(_ kind: RecordHeader.Kind, _ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        RecordHeader(kind, of: 1, content: content.count).append(to: &bytes)
        return bytes + content
    }
}
